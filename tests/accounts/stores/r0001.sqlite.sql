BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE auto_top_ups (
	subscriber_id INTEGER NOT NULL, 
	level_minor BIGINT NOT NULL, 
	amount_minor BIGINT NOT NULL, 
	weekly_ceiling_minor BIGINT NOT NULL, 
	currency TEXT NOT NULL, 
	card_token TEXT NOT NULL, 
	armed BOOLEAN DEFAULT 1 NOT NULL, 
	switched_on_at DATETIME NOT NULL, 
	switched_off_at DATETIME, 
	CONSTRAINT pk_auto_top_ups PRIMARY KEY (subscriber_id), 
	CONSTRAINT ck_auto_top_ups_amounts CHECK (level_minor > 0 AND amount_minor > 0 AND weekly_ceiling_minor > 0), 
	CONSTRAINT fk_auto_top_ups_subscriber_id FOREIGN KEY(subscriber_id) REFERENCES subscribers (id)
);
CREATE TABLE bills (
	id INTEGER NOT NULL, 
	subscriber_id INTEGER NOT NULL, 
	invoice_number TEXT NOT NULL, 
	period INTEGER NOT NULL, 
	amount_minor BIGINT NOT NULL, 
	currency TEXT NOT NULL, 
	issued_on DATE NOT NULL, 
	due_on DATE NOT NULL, 
	paid_on DATE, 
	CONSTRAINT pk_bills PRIMARY KEY (id), 
	CONSTRAINT ck_bills_due_after_issue CHECK (due_on >= issued_on), 
	CONSTRAINT fk_bills_subscriber_id FOREIGN KEY(subscriber_id) REFERENCES subscribers (id), 
	CONSTRAINT uq_bills_subscriber_id_invoice_number UNIQUE (subscriber_id, invoice_number)
);
INSERT INTO "bills" VALUES(1,2,'2026-10',202610,39900,'CZK','2026-11-06','2026-11-20',NULL);
CREATE TABLE bundles (
	id INTEGER NOT NULL, 
	operator_id INTEGER NOT NULL, 
	code TEXT NOT NULL, 
	name TEXT NOT NULL, 
	family TEXT NOT NULL, 
	unit TEXT NOT NULL, 
	size BIGINT NOT NULL, 
	monthly_fee_minor BIGINT NOT NULL, 
	currency TEXT NOT NULL, 
	renewal TEXT NOT NULL, 
	activation_charge TEXT NOT NULL, 
	cancellation_charge TEXT NOT NULL, 
	CONSTRAINT pk_bundles PRIMARY KEY (id), 
	CONSTRAINT ck_bundles_activation_charge CHECK (activation_charge IN ('proportional', 'whole')), 
	CONSTRAINT ck_bundles_cancellation_charge CHECK (cancellation_charge IN ('proportional', 'whole')), 
	CONSTRAINT ck_bundles_family CHECK (family IN ('data', 'data_enlargement', 'roaming', 'calls_abroad', 'mms', 'card', 'lte', 'other')), 
	CONSTRAINT ck_bundles_renewal CHECK (renewal IN ('billing_period', 'activation_date', 'once')), 
	CONSTRAINT ck_bundles_unit CHECK (unit IN ('seconds', 'sms', 'mms', 'kilobytes')), 
	CONSTRAINT ck_bundles_amounts CHECK (size >= 0 AND monthly_fee_minor >= 0), 
	CONSTRAINT fk_bundles_operator_id FOREIGN KEY(operator_id) REFERENCES operators (id), 
	CONSTRAINT uq_bundles_operator_id_code UNIQUE (operator_id, code)
);
CREATE TABLE call_prices (
	id INTEGER NOT NULL, 
	operator_id INTEGER NOT NULL, 
	subscriber_id INTEGER, 
	prefix TEXT NOT NULL, 
	destination TEXT NOT NULL, 
	minute_millionths BIGINT NOT NULL, 
	connection_millionths BIGINT DEFAULT '0' NOT NULL, 
	first_seconds INTEGER DEFAULT '1' NOT NULL, 
	step_seconds INTEGER DEFAULT '1' NOT NULL, 
	currency TEXT NOT NULL, 
	from_on DATE NOT NULL, 
	to_on DATE, 
	CONSTRAINT pk_call_prices PRIMARY KEY (id), 
	CONSTRAINT ck_call_prices_steps CHECK (first_seconds > 0 AND step_seconds > 0), 
	CONSTRAINT ck_call_prices_price CHECK (minute_millionths >= 0 AND connection_millionths >= 0), 
	CONSTRAINT fk_call_prices_operator_id FOREIGN KEY(operator_id) REFERENCES operators (id), 
	CONSTRAINT fk_call_prices_subscriber_id FOREIGN KEY(subscriber_id) REFERENCES subscribers (id), 
	CONSTRAINT uq_call_prices_operator_id_subscriber_id_prefix_from_on UNIQUE (operator_id, subscriber_id, prefix, from_on)
);
CREATE TABLE card_payments (
	id INTEGER NOT NULL, 
	subscriber_id INTEGER NOT NULL, 
	"key" TEXT NOT NULL, 
	started_by TEXT NOT NULL, 
	amount_minor BIGINT NOT NULL, 
	currency TEXT NOT NULL, 
	status TEXT NOT NULL, 
	reason TEXT, 
	started_at DATETIME NOT NULL, 
	finished_at DATETIME, 
	ledger_id INTEGER, 
	CONSTRAINT pk_card_payments PRIMARY KEY (id), 
	CONSTRAINT ck_card_payments_started_by CHECK (started_by IN ('automatic', 'caller', 'by_hand')), 
	CONSTRAINT ck_card_payments_status CHECK (status IN ('pending', 'settled', 'failed', 'skipped')), 
	CONSTRAINT ck_card_payments_amount CHECK (amount_minor > 0), 
	CONSTRAINT fk_card_payments_ledger_id FOREIGN KEY(ledger_id) REFERENCES ledger (id), 
	CONSTRAINT fk_card_payments_subscriber_id FOREIGN KEY(subscriber_id) REFERENCES subscribers (id), 
	CONSTRAINT uq_card_payments_key UNIQUE ("key")
);
CREATE TABLE deposits (
	id INTEGER NOT NULL, 
	subscriber_id INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	amount_minor BIGINT NOT NULL, 
	currency TEXT NOT NULL, 
	paid_on DATE NOT NULL, 
	effective_at DATETIME NOT NULL, 
	returned_on DATE, 
	ledger_id INTEGER NOT NULL, 
	CONSTRAINT pk_deposits PRIMARY KEY (id), 
	CONSTRAINT ck_deposits_kind CHECK (kind IN ('limit', 'security', 'automatic_raise')), 
	CONSTRAINT ck_deposits_amount CHECK (amount_minor > 0), 
	CONSTRAINT fk_deposits_ledger_id FOREIGN KEY(ledger_id) REFERENCES ledger (id), 
	CONSTRAINT fk_deposits_subscriber_id FOREIGN KEY(subscriber_id) REFERENCES subscribers (id), 
	CONSTRAINT uq_deposits_ledger_id UNIQUE (ledger_id)
);
INSERT INTO "deposits" VALUES(1,2,'limit',50000,'CZK','2026-11-01','2026-11-20 09:30:00.000000',NULL,5);
CREATE TABLE free_units (
	id INTEGER NOT NULL, 
	subscriber_id INTEGER NOT NULL, 
	unit TEXT NOT NULL, 
	source TEXT NOT NULL, 
	granted BIGINT NOT NULL, 
	used BIGINT DEFAULT '0' NOT NULL, 
	from_on DATE NOT NULL, 
	resets_on DATE NOT NULL, 
	CONSTRAINT pk_free_units PRIMARY KEY (id), 
	CONSTRAINT ck_free_units_source CHECK (source IN ('tariff', 'bundle', 'gift')), 
	CONSTRAINT ck_free_units_unit CHECK (unit IN ('seconds', 'sms', 'mms', 'kilobytes')), 
	CONSTRAINT ck_free_units_used CHECK (granted >= 0 AND used BETWEEN 0 AND granted), 
	CONSTRAINT ck_free_units_span CHECK (resets_on > from_on), 
	CONSTRAINT fk_free_units_subscriber_id FOREIGN KEY(subscriber_id) REFERENCES subscribers (id), 
	CONSTRAINT uq_free_units_subscriber_id_unit_source_from_on UNIQUE (subscriber_id, unit, source, from_on)
);
CREATE TABLE held_bundles (
	id INTEGER NOT NULL, 
	subscriber_id INTEGER NOT NULL, 
	bundle_id INTEGER NOT NULL, 
	size BIGINT NOT NULL, 
	remaining BIGINT NOT NULL, 
	activated_at DATETIME NOT NULL, 
	valid_until DATE NOT NULL, 
	anchor_day SMALLINT NOT NULL, 
	ended_at DATETIME, 
	CONSTRAINT pk_held_bundles PRIMARY KEY (id), 
	CONSTRAINT ck_held_bundles_anchor_day CHECK (anchor_day BETWEEN 1 AND 31), 
	CONSTRAINT ck_held_bundles_remaining CHECK (remaining BETWEEN 0 AND size), 
	CONSTRAINT fk_held_bundles_bundle_id FOREIGN KEY(bundle_id) REFERENCES bundles (id), 
	CONSTRAINT fk_held_bundles_subscriber_id FOREIGN KEY(subscriber_id) REFERENCES subscribers (id)
);
CREATE TABLE ledger (
	id INTEGER NOT NULL, 
	subscriber_id INTEGER NOT NULL, 
	book TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	amount_minor BIGINT NOT NULL, 
	currency TEXT NOT NULL, 
	occurred_at DATETIME NOT NULL, 
	recorded_at DATETIME NOT NULL, 
	"key" TEXT NOT NULL, 
	valid_until DATE, 
	period INTEGER, 
	note TEXT, 
	CONSTRAINT pk_ledger PRIMARY KEY (id), 
	CONSTRAINT ck_ledger_period_of_spend CHECK ((book = 'spend') = (period IS NOT NULL)), 
	CONSTRAINT ck_ledger_no_amount_without_book CHECK (book <> 'none' OR amount_minor = 0), 
	CONSTRAINT ck_ledger_book CHECK (book IN ('credit', 'spend', 'limit', 'security', 'none')), 
	CONSTRAINT ck_ledger_expiry CHECK (kind <> 'expiry' OR (amount_minor < 0 AND valid_until IS NOT NULL)), 
	CONSTRAINT ck_ledger_top_up CHECK (kind <> 'top_up' OR amount_minor > 0), 
	CONSTRAINT ck_ledger_kind CHECK (kind IN ('top_up', 'charge', 'refund', 'correction', 'expiry', 'extension', 'base_limit', 'raise', 'lowering', 'deposit', 'deposit_return', 'notice', 'order', 'tariff_change', 'renewal', 'block', 'unblock')), 
	CONSTRAINT ck_ledger_valid_until CHECK (valid_until IS NULL OR (book = 'credit' AND kind IN ('top_up', 'expiry', 'extension'))), 
	CONSTRAINT ck_ledger_currency CHECK (length(currency) = 3), 
	CONSTRAINT ck_ledger_period CHECK (period % 100 BETWEEN 1 AND 12), 
	CONSTRAINT fk_ledger_subscriber_id FOREIGN KEY(subscriber_id) REFERENCES subscribers (id), 
	CONSTRAINT uq_ledger_key UNIQUE ("key")
);
INSERT INTO "ledger" VALUES(1,1,'credit','top_up',20000,'CZK','2026-11-20 09:30:00.000000','2026-11-20 09:30:00.000000','opening:1:credit','2027-03-14',NULL,NULL);
INSERT INTO "ledger" VALUES(2,1,'credit','charge',-1550,'CZK','2026-11-20 09:30:00.000000','2026-11-20 09:30:00.000000','usage:cdr:7',NULL,NULL,NULL);
INSERT INTO "ledger" VALUES(3,2,'spend','charge',-41230,'CZK','2026-11-20 09:30:00.000000','2026-11-20 09:30:00.000000','opening:2:spend',NULL,202611,NULL);
INSERT INTO "ledger" VALUES(4,2,'limit','base_limit',100000,'CZK','2026-11-20 09:30:00.000000','2026-11-20 09:30:00.000000','opening:2:limit',NULL,NULL,NULL);
INSERT INTO "ledger" VALUES(5,2,'limit','deposit',50000,'CZK','2026-11-20 09:30:00.000000','2026-11-20 09:30:00.000000','deposit:1',NULL,NULL,NULL);
CREATE TABLE limit_states (
	subscriber_id INTEGER NOT NULL, 
	period INTEGER NOT NULL, 
	state TEXT DEFAULT 'open' NOT NULL, 
	roaming_blocked BOOLEAN DEFAULT 0 NOT NULL, 
	raised_automatically_at DATETIME, 
	restored_by DATETIME, 
	base_limit_lost_on DATE, 
	changed_at DATETIME NOT NULL, 
	CONSTRAINT pk_limit_states PRIMARY KEY (subscriber_id), 
	CONSTRAINT ck_limit_states_state CHECK (state IN ('open', 'units_only', 'blocked')), 
	CONSTRAINT fk_limit_states_subscriber_id FOREIGN KEY(subscriber_id) REFERENCES subscribers (id)
);
INSERT INTO "limit_states" VALUES(2,202611,'open',0,NULL,NULL,NULL,'2026-11-20 09:30:00.000000');
CREATE TABLE lockouts (
	subject TEXT NOT NULL, 
	failures SMALLINT DEFAULT '0' NOT NULL, 
	first_failure_at DATETIME NOT NULL, 
	locked_until DATETIME, 
	CONSTRAINT pk_lockouts PRIMARY KEY (subject), 
	CONSTRAINT ck_lockouts_failures CHECK (failures >= 0)
);
CREATE TABLE notices (
	id INTEGER NOT NULL, 
	subscriber_id INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	period INTEGER NOT NULL, 
	percent SMALLINT NOT NULL, 
	limit_minor BIGINT NOT NULL, 
	due_at DATETIME NOT NULL, 
	sent_at DATETIME, 
	channel TEXT DEFAULT 'sms' NOT NULL, 
	CONSTRAINT pk_notices PRIMARY KEY (id), 
	CONSTRAINT ck_notices_channel CHECK (channel IN ('sms', 'call', 'email')), 
	CONSTRAINT ck_notices_kind CHECK (kind IN ('limit', 'roaming', 'units')), 
	CONSTRAINT ck_notices_percent CHECK (percent BETWEEN 1 AND 100), 
	CONSTRAINT fk_notices_subscriber_id FOREIGN KEY(subscriber_id) REFERENCES subscribers (id), 
	CONSTRAINT uq_notices_subscriber_id_kind_period_percent_limit_minor UNIQUE (subscriber_id, kind, period, percent, limit_minor)
);
CREATE TABLE numbers (
	id INTEGER NOT NULL, 
	operator_id INTEGER NOT NULL, 
	subscriber_id INTEGER NOT NULL, 
	e164 TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	last_digits TEXT NOT NULL, 
	added_at DATETIME NOT NULL, 
	released_at DATETIME, 
	CONSTRAINT pk_numbers PRIMARY KEY (id), 
	CONSTRAINT ck_numbers_e164 CHECK (e164 LIKE '+%' AND length(e164) BETWEEN 6 AND 16), 
	CONSTRAINT ck_numbers_kind CHECK (kind IN ('line', 'booth', 'known_mobile')), 
	CONSTRAINT ck_numbers_last_digits CHECK (length(last_digits) <= 8), 
	CONSTRAINT fk_numbers_operator_id FOREIGN KEY(operator_id) REFERENCES operators (id), 
	CONSTRAINT fk_numbers_subscriber_id_operator_id FOREIGN KEY(subscriber_id, operator_id) REFERENCES subscribers (id, operator_id)
);
INSERT INTO "numbers" VALUES(1,1,1,'+420777123456','line','77123456','2026-11-20 09:30:00.000000',NULL);
INSERT INTO "numbers" VALUES(2,1,2,'+420772000412','line','72000412','2026-11-20 09:30:00.000000',NULL);
CREATE TABLE operators (
	id INTEGER NOT NULL, 
	code TEXT NOT NULL, 
	name TEXT NOT NULL, 
	country TEXT NOT NULL, 
	currency TEXT NOT NULL, 
	time_zone TEXT NOT NULL, 
	CONSTRAINT pk_operators PRIMARY KEY (id), 
	CONSTRAINT ck_operators_currency CHECK (length(currency) = 3), 
	CONSTRAINT uq_operators_code UNIQUE (code)
);
INSERT INTO "operators" VALUES(1,'callpro','CallPro','CZ','CZK','Europe/Prague');
CREATE TABLE payments (
	id INTEGER NOT NULL, 
	operator_id INTEGER NOT NULL, 
	bank_reference TEXT NOT NULL, 
	to_account TEXT NOT NULL, 
	received_at DATETIME NOT NULL, 
	amount_minor BIGINT NOT NULL, 
	currency TEXT NOT NULL, 
	variable_symbol TEXT, 
	specific_symbol TEXT, 
	status TEXT NOT NULL, 
	reason TEXT, 
	subscriber_id INTEGER, 
	ledger_id INTEGER, 
	settled_at DATETIME, 
	CONSTRAINT pk_payments PRIMARY KEY (id), 
	CONSTRAINT ck_payments_matched CHECK ((status = 'matched') = (ledger_id IS NOT NULL)), 
	CONSTRAINT ck_payments_status CHECK (status IN ('parked', 'matched', 'returned')), 
	CONSTRAINT ck_payments_amount CHECK (amount_minor > 0), 
	CONSTRAINT fk_payments_ledger_id FOREIGN KEY(ledger_id) REFERENCES ledger (id), 
	CONSTRAINT fk_payments_operator_id FOREIGN KEY(operator_id) REFERENCES operators (id), 
	CONSTRAINT fk_payments_subscriber_id FOREIGN KEY(subscriber_id) REFERENCES subscribers (id), 
	CONSTRAINT uq_payments_operator_id_bank_reference UNIQUE (operator_id, bank_reference)
);
CREATE TABLE period_closes (
	operator_id INTEGER NOT NULL, 
	period INTEGER NOT NULL, 
	billing_day SMALLINT NOT NULL, 
	started_at DATETIME NOT NULL, 
	done_up_to BIGINT DEFAULT '0' NOT NULL, 
	finished_at DATETIME, 
	CONSTRAINT pk_period_closes PRIMARY KEY (operator_id, period, billing_day), 
	CONSTRAINT fk_period_closes_operator_id FOREIGN KEY(operator_id) REFERENCES operators (id)
);
CREATE TABLE sms_orders (
	id INTEGER NOT NULL, 
	subscriber_id INTEGER NOT NULL, 
	number_id INTEGER NOT NULL, 
	message_id TEXT NOT NULL, 
	text TEXT NOT NULL, 
	command TEXT, 
	status TEXT NOT NULL, 
	received_at DATETIME NOT NULL, 
	due_at DATETIME NOT NULL, 
	effective_on DATE, 
	finished_at DATETIME, 
	reply TEXT, 
	CONSTRAINT pk_sms_orders PRIMARY KEY (id), 
	CONSTRAINT ck_sms_orders_finished CHECK ((status = 'open') = (finished_at IS NULL)), 
	CONSTRAINT ck_sms_orders_command CHECK (status = 'refused' OR command IS NOT NULL), 
	CONSTRAINT ck_sms_orders_status CHECK (status IN ('open', 'done', 'failed', 'refused')), 
	CONSTRAINT fk_sms_orders_number_id FOREIGN KEY(number_id) REFERENCES numbers (id), 
	CONSTRAINT fk_sms_orders_subscriber_id FOREIGN KEY(subscriber_id) REFERENCES subscribers (id), 
	CONSTRAINT uq_sms_orders_message_id UNIQUE (message_id)
);
INSERT INTO "sms_orders" VALUES(1,1,1,'m1','ZMENA DATA600','ZMENA DATA600','done','2026-10-30 09:00:00.000000','2026-10-31 09:00:00.000000','2026-11-01','2026-10-30 10:00:00.000000',NULL);
INSERT INTO "sms_orders" VALUES(2,1,1,'m2','ZMENA DATA600','ZMENA DATA600','done','2026-10-30 09:00:00.000000','2026-10-31 09:00:00.000000','2099-12-01','2026-11-20 10:00:00.000000',NULL);
INSERT INTO "sms_orders" VALUES(3,1,1,'m3','ZMENA DATA600','ZMENA DATA600','open','2026-10-30 09:00:00.000000','2026-10-31 09:00:00.000000','2026-12-01',NULL,NULL);
CREATE TABLE subscribers (
	id INTEGER NOT NULL, 
	operator_id INTEGER NOT NULL, 
	payer_number TEXT, 
	account_number TEXT, 
	language TEXT NOT NULL, 
	charging TEXT NOT NULL, 
	status TEXT DEFAULT 'active' NOT NULL, 
	pin_hash TEXT, 
	billing_day SMALLINT DEFAULT '1' NOT NULL, 
	own_limit_minor BIGINT, 
	customer_since DATE NOT NULL, 
	ported_in BOOLEAN DEFAULT 0 NOT NULL, 
	was_customer BOOLEAN DEFAULT 0 NOT NULL, 
	automatic_raise BOOLEAN DEFAULT 1 NOT NULL, 
	roaming BOOLEAN DEFAULT 0 NOT NULL, 
	premium_services BOOLEAN DEFAULT 0 NOT NULL, 
	figures_at DATETIME, 
	CONSTRAINT pk_subscribers PRIMARY KEY (id), 
	CONSTRAINT ck_subscribers_charging CHECK (charging IN ('prepaid', 'postpaid')), 
	CONSTRAINT ck_subscribers_status CHECK (status IN ('active', 'suspended', 'closed')), 
	CONSTRAINT ck_subscribers_billing_day CHECK (billing_day BETWEEN 1 AND 28), 
	CONSTRAINT fk_subscribers_operator_id FOREIGN KEY(operator_id) REFERENCES operators (id), 
	CONSTRAINT uq_subscribers_id_operator_id UNIQUE (id, operator_id)
);
INSERT INTO "subscribers" VALUES(1,1,NULL,NULL,'cs','prepaid','active',NULL,1,NULL,'2026-01-05',0,0,1,0,0,'2026-11-20 09:30:00.000000');
INSERT INTO "subscribers" VALUES(2,1,NULL,NULL,'en','postpaid','active',NULL,5,NULL,'2026-01-05',0,0,1,1,0,NULL);
CREATE TABLE tariff_units (
	tariff_id INTEGER NOT NULL, 
	unit TEXT NOT NULL, 
	granted BIGINT NOT NULL, 
	CONSTRAINT pk_tariff_units PRIMARY KEY (tariff_id, unit), 
	CONSTRAINT ck_tariff_units_unit CHECK (unit IN ('seconds', 'sms', 'mms', 'kilobytes')), 
	CONSTRAINT ck_tariff_units_granted CHECK (granted > 0), 
	CONSTRAINT fk_tariff_units_tariff_id FOREIGN KEY(tariff_id) REFERENCES tariffs (id)
);
CREATE TABLE tariff_uses (
	id INTEGER NOT NULL, 
	subscriber_id INTEGER NOT NULL, 
	tariff_id INTEGER NOT NULL, 
	from_on DATE NOT NULL, 
	to_on DATE, 
	CONSTRAINT pk_tariff_uses PRIMARY KEY (id), 
	CONSTRAINT ck_tariff_uses_span CHECK (to_on IS NULL OR to_on >= from_on), 
	CONSTRAINT fk_tariff_uses_subscriber_id FOREIGN KEY(subscriber_id) REFERENCES subscribers (id), 
	CONSTRAINT fk_tariff_uses_tariff_id FOREIGN KEY(tariff_id) REFERENCES tariffs (id), 
	CONSTRAINT uq_tariff_uses_subscriber_id_from_on UNIQUE (subscriber_id, from_on)
);
CREATE TABLE tariffs (
	id INTEGER NOT NULL, 
	operator_id INTEGER NOT NULL, 
	code TEXT NOT NULL, 
	name TEXT NOT NULL, 
	charging TEXT NOT NULL, 
	proration_group TEXT, 
	monthly_fee_minor BIGINT NOT NULL, 
	base_limit_minor BIGINT, 
	currency TEXT NOT NULL, 
	CONSTRAINT pk_tariffs PRIMARY KEY (id), 
	CONSTRAINT ck_tariffs_charging CHECK (charging IN ('prepaid', 'postpaid')), 
	CONSTRAINT ck_tariffs_proration_group CHECK (proration_group IN ('P', 'F')), 
	CONSTRAINT ck_tariffs_monthly_fee CHECK (monthly_fee_minor >= 0), 
	CONSTRAINT fk_tariffs_operator_id FOREIGN KEY(operator_id) REFERENCES operators (id), 
	CONSTRAINT uq_tariffs_operator_id_code UNIQUE (operator_id, code)
);
CREATE TABLE usage_records (
	id INTEGER NOT NULL, 
	subscriber_id INTEGER NOT NULL, 
	number_id INTEGER, 
	source TEXT NOT NULL, 
	record TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	other_party TEXT, 
	roaming BOOLEAN DEFAULT 0 NOT NULL, 
	started_at DATETIME NOT NULL, 
	ended_at DATETIME, 
	quantity BIGINT NOT NULL, 
	from_free_units BIGINT DEFAULT '0' NOT NULL, 
	price_minor BIGINT NOT NULL, 
	currency TEXT NOT NULL, 
	ledger_id INTEGER, 
	received_at DATETIME NOT NULL, 
	CONSTRAINT pk_usage_records PRIMARY KEY (id), 
	CONSTRAINT ck_usage_records_kind CHECK (kind IN ('call', 'sms', 'mms', 'data', 'premium', 'third_party', 'fee')), 
	CONSTRAINT ck_usage_records_quantity CHECK (quantity >= 0 AND from_free_units BETWEEN 0 AND quantity), 
	CONSTRAINT fk_usage_records_ledger_id FOREIGN KEY(ledger_id) REFERENCES ledger (id), 
	CONSTRAINT fk_usage_records_number_id FOREIGN KEY(number_id) REFERENCES numbers (id), 
	CONSTRAINT fk_usage_records_subscriber_id FOREIGN KEY(subscriber_id) REFERENCES subscribers (id), 
	CONSTRAINT uq_usage_records_source_record UNIQUE (source, record)
);
INSERT INTO "usage_records" VALUES(1,1,1,'cdr','7','call',NULL,0,'2026-11-20 09:30:00.000000','2026-11-20 09:35:00.000000',300,0,1550,'CZK',2,'2026-11-20 09:36:00.000000');
CREATE UNIQUE INDEX only_one_account_number ON subscribers (operator_id, account_number) WHERE account_number IS NOT NULL;
CREATE INDEX payer_numbers ON subscribers (operator_id, payer_number);
CREATE INDEX bills_newest ON bills (subscriber_id, issued_on);
CREATE UNIQUE INDEX only_one_list_price ON call_prices (operator_id, prefix, from_on) WHERE subscriber_id IS NULL;
CREATE UNIQUE INDEX only_one_held_bundle ON held_bundles (subscriber_id, bundle_id) WHERE ended_at IS NULL;
CREATE INDEX ledger_in_time ON ledger (subscriber_id, occurred_at);
CREATE INDEX ledger_sums ON ledger (subscriber_id, book, period, amount_minor);
CREATE INDEX ledger_validity ON ledger (subscriber_id, id, kind, amount_minor, valid_until) WHERE valid_until IS NOT NULL;
CREATE INDEX numbers_by_last_digits ON numbers (operator_id, last_digits) WHERE released_at IS NULL;
CREATE INDEX numbers_of_subscriber ON numbers (subscriber_id);
CREATE UNIQUE INDEX only_one_number ON numbers (operator_id, e164) WHERE released_at IS NULL;
CREATE UNIQUE INDEX only_one_current_tariff ON tariff_uses (subscriber_id) WHERE to_on IS NULL;
CREATE INDEX card_payments_in_time ON card_payments (subscriber_id, started_at);
CREATE UNIQUE INDEX only_one_pending_card_payment ON card_payments (subscriber_id) WHERE status = 'pending';
CREATE INDEX deposits_of_subscriber ON deposits (subscriber_id);
CREATE INDEX payments_parked ON payments (operator_id, status, received_at);
CREATE UNIQUE INDEX only_one_open_order ON sms_orders (subscriber_id, command) WHERE status = 'open';
CREATE INDEX orders_due ON sms_orders (status, due_at);
CREATE INDEX usage_in_time ON usage_records (subscriber_id, started_at);
COMMIT;
