
SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

SET default_tablespace = '';

SET default_table_access_method = heap;

CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);

CREATE TABLE public.auto_top_ups (
    subscriber_id bigint NOT NULL,
    level_minor bigint NOT NULL,
    amount_minor bigint NOT NULL,
    weekly_ceiling_minor bigint NOT NULL,
    currency text NOT NULL,
    card_token text NOT NULL,
    armed boolean DEFAULT true NOT NULL,
    switched_on_at timestamp with time zone NOT NULL,
    switched_off_at timestamp with time zone,
    CONSTRAINT ck_auto_top_ups_amounts CHECK (((level_minor > 0) AND (amount_minor > 0) AND (weekly_ceiling_minor > 0)))
);

CREATE TABLE public.bills (
    id bigint NOT NULL,
    subscriber_id bigint NOT NULL,
    invoice_number text NOT NULL,
    period integer NOT NULL,
    amount_minor bigint NOT NULL,
    currency text NOT NULL,
    issued_on date NOT NULL,
    due_on date NOT NULL,
    paid_on date,
    CONSTRAINT ck_bills_due_after_issue CHECK ((due_on >= issued_on))
);

CREATE SEQUENCE public.bills_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.bills_id_seq OWNED BY public.bills.id;

CREATE TABLE public.bundles (
    id bigint NOT NULL,
    operator_id bigint NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    family text NOT NULL,
    unit text NOT NULL,
    size bigint NOT NULL,
    monthly_fee_minor bigint NOT NULL,
    currency text NOT NULL,
    renewal text NOT NULL,
    activation_charge text NOT NULL,
    cancellation_charge text NOT NULL,
    CONSTRAINT ck_bundles_activation_charge CHECK ((activation_charge = ANY (ARRAY['proportional'::text, 'whole'::text]))),
    CONSTRAINT ck_bundles_amounts CHECK (((size >= 0) AND (monthly_fee_minor >= 0))),
    CONSTRAINT ck_bundles_cancellation_charge CHECK ((cancellation_charge = ANY (ARRAY['proportional'::text, 'whole'::text]))),
    CONSTRAINT ck_bundles_family CHECK ((family = ANY (ARRAY['data'::text, 'data_enlargement'::text, 'roaming'::text, 'calls_abroad'::text, 'mms'::text, 'card'::text, 'lte'::text, 'other'::text]))),
    CONSTRAINT ck_bundles_renewal CHECK ((renewal = ANY (ARRAY['billing_period'::text, 'activation_date'::text, 'once'::text]))),
    CONSTRAINT ck_bundles_unit CHECK ((unit = ANY (ARRAY['seconds'::text, 'sms'::text, 'mms'::text, 'kilobytes'::text])))
);

CREATE SEQUENCE public.bundles_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.bundles_id_seq OWNED BY public.bundles.id;

CREATE TABLE public.call_prices (
    id bigint NOT NULL,
    operator_id bigint NOT NULL,
    subscriber_id bigint,
    prefix text NOT NULL,
    destination text NOT NULL,
    minute_millionths bigint NOT NULL,
    connection_millionths bigint DEFAULT '0'::bigint NOT NULL,
    first_seconds integer DEFAULT 1 NOT NULL,
    step_seconds integer DEFAULT 1 NOT NULL,
    currency text NOT NULL,
    from_on date NOT NULL,
    to_on date,
    CONSTRAINT ck_call_prices_price CHECK (((minute_millionths >= 0) AND (connection_millionths >= 0))),
    CONSTRAINT ck_call_prices_steps CHECK (((first_seconds > 0) AND (step_seconds > 0)))
);

CREATE SEQUENCE public.call_prices_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.call_prices_id_seq OWNED BY public.call_prices.id;

CREATE TABLE public.card_payments (
    id bigint NOT NULL,
    subscriber_id bigint NOT NULL,
    key text NOT NULL,
    started_by text NOT NULL,
    amount_minor bigint NOT NULL,
    currency text NOT NULL,
    status text NOT NULL,
    reason text,
    started_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    ledger_id bigint,
    CONSTRAINT ck_card_payments_amount CHECK ((amount_minor > 0)),
    CONSTRAINT ck_card_payments_started_by CHECK ((started_by = ANY (ARRAY['automatic'::text, 'caller'::text, 'by_hand'::text]))),
    CONSTRAINT ck_card_payments_status CHECK ((status = ANY (ARRAY['pending'::text, 'settled'::text, 'failed'::text, 'skipped'::text])))
);

CREATE SEQUENCE public.card_payments_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.card_payments_id_seq OWNED BY public.card_payments.id;

CREATE TABLE public.deposits (
    id bigint NOT NULL,
    subscriber_id bigint NOT NULL,
    kind text NOT NULL,
    amount_minor bigint NOT NULL,
    currency text NOT NULL,
    paid_on date NOT NULL,
    effective_at timestamp with time zone NOT NULL,
    returned_on date,
    ledger_id bigint NOT NULL,
    CONSTRAINT ck_deposits_amount CHECK ((amount_minor > 0)),
    CONSTRAINT ck_deposits_kind CHECK ((kind = ANY (ARRAY['limit'::text, 'security'::text, 'automatic_raise'::text])))
);

CREATE SEQUENCE public.deposits_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.deposits_id_seq OWNED BY public.deposits.id;

CREATE TABLE public.free_units (
    id bigint NOT NULL,
    subscriber_id bigint NOT NULL,
    unit text NOT NULL,
    source text NOT NULL,
    granted bigint NOT NULL,
    used bigint DEFAULT '0'::bigint NOT NULL,
    from_on date NOT NULL,
    resets_on date NOT NULL,
    CONSTRAINT ck_free_units_source CHECK ((source = ANY (ARRAY['tariff'::text, 'bundle'::text, 'gift'::text]))),
    CONSTRAINT ck_free_units_span CHECK ((resets_on > from_on)),
    CONSTRAINT ck_free_units_unit CHECK ((unit = ANY (ARRAY['seconds'::text, 'sms'::text, 'mms'::text, 'kilobytes'::text]))),
    CONSTRAINT ck_free_units_used CHECK (((granted >= 0) AND ((used >= 0) AND (used <= granted))))
);

CREATE SEQUENCE public.free_units_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.free_units_id_seq OWNED BY public.free_units.id;

CREATE TABLE public.held_bundles (
    id bigint NOT NULL,
    subscriber_id bigint NOT NULL,
    bundle_id bigint NOT NULL,
    size bigint NOT NULL,
    remaining bigint NOT NULL,
    activated_at timestamp with time zone NOT NULL,
    valid_until date NOT NULL,
    anchor_day smallint NOT NULL,
    ended_at timestamp with time zone,
    CONSTRAINT ck_held_bundles_anchor_day CHECK (((anchor_day >= 1) AND (anchor_day <= 31))),
    CONSTRAINT ck_held_bundles_remaining CHECK (((remaining >= 0) AND (remaining <= size)))
);

CREATE SEQUENCE public.held_bundles_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.held_bundles_id_seq OWNED BY public.held_bundles.id;

CREATE TABLE public.ledger (
    id bigint NOT NULL,
    subscriber_id bigint NOT NULL,
    book text NOT NULL,
    kind text NOT NULL,
    amount_minor bigint NOT NULL,
    currency text NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    key text NOT NULL,
    valid_until date,
    period integer,
    note text,
    CONSTRAINT ck_ledger_book CHECK ((book = ANY (ARRAY['credit'::text, 'spend'::text, 'limit'::text, 'security'::text, 'none'::text]))),
    CONSTRAINT ck_ledger_currency CHECK ((length(currency) = 3)),
    CONSTRAINT ck_ledger_expiry CHECK (((kind <> 'expiry'::text) OR ((amount_minor < 0) AND (valid_until IS NOT NULL)))),
    CONSTRAINT ck_ledger_kind CHECK ((kind = ANY (ARRAY['top_up'::text, 'charge'::text, 'refund'::text, 'correction'::text, 'expiry'::text, 'extension'::text, 'base_limit'::text, 'raise'::text, 'lowering'::text, 'deposit'::text, 'deposit_return'::text, 'notice'::text, 'order'::text, 'tariff_change'::text, 'renewal'::text, 'block'::text, 'unblock'::text]))),
    CONSTRAINT ck_ledger_no_amount_without_book CHECK (((book <> 'none'::text) OR (amount_minor = 0))),
    CONSTRAINT ck_ledger_period CHECK ((((period % 100) >= 1) AND ((period % 100) <= 12))),
    CONSTRAINT ck_ledger_period_of_spend CHECK (((book = 'spend'::text) = (period IS NOT NULL))),
    CONSTRAINT ck_ledger_top_up CHECK (((kind <> 'top_up'::text) OR (amount_minor > 0))),
    CONSTRAINT ck_ledger_valid_until CHECK (((valid_until IS NULL) OR ((book = 'credit'::text) AND (kind = ANY (ARRAY['top_up'::text, 'expiry'::text, 'extension'::text])))))
);

CREATE SEQUENCE public.ledger_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.ledger_id_seq OWNED BY public.ledger.id;

CREATE TABLE public.limit_states (
    subscriber_id bigint NOT NULL,
    period integer NOT NULL,
    state text DEFAULT 'open'::text NOT NULL,
    roaming_blocked boolean DEFAULT false NOT NULL,
    raised_automatically_at timestamp with time zone,
    restored_by timestamp with time zone,
    base_limit_lost_on date,
    changed_at timestamp with time zone NOT NULL,
    CONSTRAINT ck_limit_states_state CHECK ((state = ANY (ARRAY['open'::text, 'units_only'::text, 'blocked'::text])))
);

CREATE TABLE public.lockouts (
    subject text NOT NULL,
    failures smallint DEFAULT '0'::smallint NOT NULL,
    first_failure_at timestamp with time zone NOT NULL,
    locked_until timestamp with time zone,
    CONSTRAINT ck_lockouts_failures CHECK ((failures >= 0))
);

CREATE TABLE public.notices (
    id bigint NOT NULL,
    subscriber_id bigint NOT NULL,
    kind text NOT NULL,
    period integer NOT NULL,
    percent smallint NOT NULL,
    limit_minor bigint NOT NULL,
    due_at timestamp with time zone NOT NULL,
    sent_at timestamp with time zone,
    channel text DEFAULT 'sms'::text NOT NULL,
    CONSTRAINT ck_notices_channel CHECK ((channel = ANY (ARRAY['sms'::text, 'call'::text, 'email'::text]))),
    CONSTRAINT ck_notices_kind CHECK ((kind = ANY (ARRAY['limit'::text, 'roaming'::text, 'units'::text]))),
    CONSTRAINT ck_notices_percent CHECK (((percent >= 1) AND (percent <= 100)))
);

CREATE SEQUENCE public.notices_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.notices_id_seq OWNED BY public.notices.id;

CREATE TABLE public.numbers (
    id bigint NOT NULL,
    operator_id bigint NOT NULL,
    subscriber_id bigint NOT NULL,
    e164 text NOT NULL,
    kind text NOT NULL,
    last_digits text NOT NULL,
    added_at timestamp with time zone NOT NULL,
    released_at timestamp with time zone,
    CONSTRAINT ck_numbers_e164 CHECK (((e164 ~~ '+%'::text) AND ((length(e164) >= 6) AND (length(e164) <= 16)))),
    CONSTRAINT ck_numbers_kind CHECK ((kind = ANY (ARRAY['line'::text, 'booth'::text, 'known_mobile'::text]))),
    CONSTRAINT ck_numbers_last_digits CHECK ((length(last_digits) <= 8))
);

CREATE SEQUENCE public.numbers_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.numbers_id_seq OWNED BY public.numbers.id;

CREATE TABLE public.operators (
    id bigint NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    country text NOT NULL,
    currency text NOT NULL,
    time_zone text NOT NULL,
    CONSTRAINT ck_operators_currency CHECK ((length(currency) = 3))
);

CREATE SEQUENCE public.operators_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.operators_id_seq OWNED BY public.operators.id;

CREATE TABLE public.payments (
    id bigint NOT NULL,
    operator_id bigint NOT NULL,
    bank_reference text NOT NULL,
    to_account text NOT NULL,
    received_at timestamp with time zone NOT NULL,
    amount_minor bigint NOT NULL,
    currency text NOT NULL,
    variable_symbol text,
    specific_symbol text,
    status text NOT NULL,
    reason text,
    subscriber_id bigint,
    ledger_id bigint,
    settled_at timestamp with time zone,
    CONSTRAINT ck_payments_amount CHECK ((amount_minor > 0)),
    CONSTRAINT ck_payments_matched CHECK (((status = 'matched'::text) = (ledger_id IS NOT NULL))),
    CONSTRAINT ck_payments_status CHECK ((status = ANY (ARRAY['parked'::text, 'matched'::text, 'returned'::text])))
);

CREATE SEQUENCE public.payments_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.payments_id_seq OWNED BY public.payments.id;

CREATE TABLE public.period_closes (
    operator_id bigint NOT NULL,
    period integer NOT NULL,
    billing_day smallint NOT NULL,
    started_at timestamp with time zone NOT NULL,
    done_up_to bigint DEFAULT '0'::bigint NOT NULL,
    finished_at timestamp with time zone
);

CREATE TABLE public.sms_orders (
    id bigint NOT NULL,
    subscriber_id bigint NOT NULL,
    number_id bigint NOT NULL,
    message_id text NOT NULL,
    text text NOT NULL,
    command text,
    status text NOT NULL,
    received_at timestamp with time zone NOT NULL,
    due_at timestamp with time zone NOT NULL,
    effective_on date,
    finished_at timestamp with time zone,
    reply text,
    CONSTRAINT ck_sms_orders_command CHECK (((status = 'refused'::text) OR (command IS NOT NULL))),
    CONSTRAINT ck_sms_orders_finished CHECK (((status = 'open'::text) = (finished_at IS NULL))),
    CONSTRAINT ck_sms_orders_status CHECK ((status = ANY (ARRAY['open'::text, 'done'::text, 'failed'::text, 'refused'::text])))
);

CREATE SEQUENCE public.sms_orders_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.sms_orders_id_seq OWNED BY public.sms_orders.id;

CREATE TABLE public.subscribers (
    id bigint NOT NULL,
    operator_id bigint NOT NULL,
    payer_number text,
    account_number text,
    language text NOT NULL,
    charging text NOT NULL,
    status text DEFAULT 'active'::text NOT NULL,
    pin_hash text,
    billing_day smallint DEFAULT '1'::smallint NOT NULL,
    own_limit_minor bigint,
    customer_since date NOT NULL,
    ported_in boolean DEFAULT false NOT NULL,
    was_customer boolean DEFAULT false NOT NULL,
    automatic_raise boolean DEFAULT true NOT NULL,
    roaming boolean DEFAULT false NOT NULL,
    premium_services boolean DEFAULT false NOT NULL,
    figures_at timestamp with time zone,
    CONSTRAINT ck_subscribers_billing_day CHECK (((billing_day >= 1) AND (billing_day <= 28))),
    CONSTRAINT ck_subscribers_charging CHECK ((charging = ANY (ARRAY['prepaid'::text, 'postpaid'::text]))),
    CONSTRAINT ck_subscribers_status CHECK ((status = ANY (ARRAY['active'::text, 'suspended'::text, 'closed'::text])))
);

CREATE SEQUENCE public.subscribers_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.subscribers_id_seq OWNED BY public.subscribers.id;

CREATE TABLE public.tariff_units (
    tariff_id bigint NOT NULL,
    unit text NOT NULL,
    granted bigint NOT NULL,
    CONSTRAINT ck_tariff_units_granted CHECK ((granted > 0)),
    CONSTRAINT ck_tariff_units_unit CHECK ((unit = ANY (ARRAY['seconds'::text, 'sms'::text, 'mms'::text, 'kilobytes'::text])))
);

CREATE TABLE public.tariff_uses (
    id bigint NOT NULL,
    subscriber_id bigint NOT NULL,
    tariff_id bigint NOT NULL,
    from_on date NOT NULL,
    to_on date,
    CONSTRAINT ck_tariff_uses_span CHECK (((to_on IS NULL) OR (to_on >= from_on)))
);

CREATE SEQUENCE public.tariff_uses_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.tariff_uses_id_seq OWNED BY public.tariff_uses.id;

CREATE TABLE public.tariffs (
    id bigint NOT NULL,
    operator_id bigint NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    charging text NOT NULL,
    proration_group text,
    monthly_fee_minor bigint NOT NULL,
    base_limit_minor bigint,
    currency text NOT NULL,
    CONSTRAINT ck_tariffs_charging CHECK ((charging = ANY (ARRAY['prepaid'::text, 'postpaid'::text]))),
    CONSTRAINT ck_tariffs_monthly_fee CHECK ((monthly_fee_minor >= 0)),
    CONSTRAINT ck_tariffs_proration_group CHECK ((proration_group = ANY (ARRAY['P'::text, 'F'::text])))
);

CREATE SEQUENCE public.tariffs_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.tariffs_id_seq OWNED BY public.tariffs.id;

CREATE TABLE public.usage_records (
    id bigint NOT NULL,
    subscriber_id bigint NOT NULL,
    number_id bigint,
    source text NOT NULL,
    record text NOT NULL,
    kind text NOT NULL,
    other_party text,
    roaming boolean DEFAULT false NOT NULL,
    started_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    quantity bigint NOT NULL,
    from_free_units bigint DEFAULT '0'::bigint NOT NULL,
    price_minor bigint NOT NULL,
    currency text NOT NULL,
    ledger_id bigint,
    received_at timestamp with time zone NOT NULL,
    CONSTRAINT ck_usage_records_kind CHECK ((kind = ANY (ARRAY['call'::text, 'sms'::text, 'mms'::text, 'data'::text, 'premium'::text, 'third_party'::text, 'fee'::text]))),
    CONSTRAINT ck_usage_records_quantity CHECK (((quantity >= 0) AND ((from_free_units >= 0) AND (from_free_units <= quantity))))
);

CREATE SEQUENCE public.usage_records_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.usage_records_id_seq OWNED BY public.usage_records.id;

ALTER TABLE ONLY public.bills ALTER COLUMN id SET DEFAULT nextval('public.bills_id_seq'::regclass);

ALTER TABLE ONLY public.bundles ALTER COLUMN id SET DEFAULT nextval('public.bundles_id_seq'::regclass);

ALTER TABLE ONLY public.call_prices ALTER COLUMN id SET DEFAULT nextval('public.call_prices_id_seq'::regclass);

ALTER TABLE ONLY public.card_payments ALTER COLUMN id SET DEFAULT nextval('public.card_payments_id_seq'::regclass);

ALTER TABLE ONLY public.deposits ALTER COLUMN id SET DEFAULT nextval('public.deposits_id_seq'::regclass);

ALTER TABLE ONLY public.free_units ALTER COLUMN id SET DEFAULT nextval('public.free_units_id_seq'::regclass);

ALTER TABLE ONLY public.held_bundles ALTER COLUMN id SET DEFAULT nextval('public.held_bundles_id_seq'::regclass);

ALTER TABLE ONLY public.ledger ALTER COLUMN id SET DEFAULT nextval('public.ledger_id_seq'::regclass);

ALTER TABLE ONLY public.notices ALTER COLUMN id SET DEFAULT nextval('public.notices_id_seq'::regclass);

ALTER TABLE ONLY public.numbers ALTER COLUMN id SET DEFAULT nextval('public.numbers_id_seq'::regclass);

ALTER TABLE ONLY public.operators ALTER COLUMN id SET DEFAULT nextval('public.operators_id_seq'::regclass);

ALTER TABLE ONLY public.payments ALTER COLUMN id SET DEFAULT nextval('public.payments_id_seq'::regclass);

ALTER TABLE ONLY public.sms_orders ALTER COLUMN id SET DEFAULT nextval('public.sms_orders_id_seq'::regclass);

ALTER TABLE ONLY public.subscribers ALTER COLUMN id SET DEFAULT nextval('public.subscribers_id_seq'::regclass);

ALTER TABLE ONLY public.tariff_uses ALTER COLUMN id SET DEFAULT nextval('public.tariff_uses_id_seq'::regclass);

ALTER TABLE ONLY public.tariffs ALTER COLUMN id SET DEFAULT nextval('public.tariffs_id_seq'::regclass);

ALTER TABLE ONLY public.usage_records ALTER COLUMN id SET DEFAULT nextval('public.usage_records_id_seq'::regclass);

INSERT INTO public.alembic_version VALUES ('0001');

INSERT INTO public.bills VALUES (1, 2, '2026-10', 202610, 39900, 'CZK', '2026-11-06', '2026-11-20', NULL);

INSERT INTO public.deposits VALUES (1, 2, 'limit', 50000, 'CZK', '2026-11-01', '2026-11-20 09:30:00+00', NULL, 5);

INSERT INTO public.ledger VALUES (1, 1, 'credit', 'top_up', 20000, 'CZK', '2026-11-20 09:30:00+00', '2026-11-20 09:30:00+00', 'opening:1:credit', '2027-03-14', NULL, NULL);
INSERT INTO public.ledger VALUES (2, 1, 'credit', 'charge', -1550, 'CZK', '2026-11-20 09:30:00+00', '2026-11-20 09:30:00+00', 'usage:cdr:7', NULL, NULL, NULL);
INSERT INTO public.ledger VALUES (3, 2, 'spend', 'charge', -41230, 'CZK', '2026-11-20 09:30:00+00', '2026-11-20 09:30:00+00', 'opening:2:spend', NULL, 202611, NULL);
INSERT INTO public.ledger VALUES (4, 2, 'limit', 'base_limit', 100000, 'CZK', '2026-11-20 09:30:00+00', '2026-11-20 09:30:00+00', 'opening:2:limit', NULL, NULL, NULL);
INSERT INTO public.ledger VALUES (5, 2, 'limit', 'deposit', 50000, 'CZK', '2026-11-20 09:30:00+00', '2026-11-20 09:30:00+00', 'deposit:1', NULL, NULL, NULL);

INSERT INTO public.limit_states VALUES (2, 202611, 'open', false, NULL, NULL, NULL, '2026-11-20 09:30:00+00');

INSERT INTO public.numbers VALUES (1, 1, 1, '+420777123456', 'line', '77123456', '2026-11-20 09:30:00+00', NULL);
INSERT INTO public.numbers VALUES (2, 1, 2, '+420772000412', 'line', '72000412', '2026-11-20 09:30:00+00', NULL);

INSERT INTO public.operators VALUES (1, 'callpro', 'CallPro', 'CZ', 'CZK', 'Europe/Prague');

INSERT INTO public.sms_orders VALUES (1, 1, 1, 'm1', 'ZMENA DATA600', 'ZMENA DATA600', 'done', '2026-10-30 09:00:00+00', '2026-10-31 09:00:00+00', '2026-11-01', '2026-10-30 10:00:00+00', NULL);
INSERT INTO public.sms_orders VALUES (2, 1, 1, 'm2', 'ZMENA DATA600', 'ZMENA DATA600', 'done', '2026-10-30 09:00:00+00', '2026-10-31 09:00:00+00', '2099-12-01', '2026-11-20 10:00:00+00', NULL);
INSERT INTO public.sms_orders VALUES (3, 1, 1, 'm3', 'ZMENA DATA600', 'ZMENA DATA600', 'open', '2026-10-30 09:00:00+00', '2026-10-31 09:00:00+00', '2026-12-01', NULL, NULL);

INSERT INTO public.subscribers VALUES (1, 1, NULL, NULL, 'cs', 'prepaid', 'active', NULL, 1, NULL, '2026-01-05', false, false, true, false, false, '2026-11-20 09:30:00+00');
INSERT INTO public.subscribers VALUES (2, 1, NULL, NULL, 'en', 'postpaid', 'active', NULL, 5, NULL, '2026-01-05', false, false, true, true, false, NULL);

INSERT INTO public.usage_records VALUES (1, 1, 1, 'cdr', '7', 'call', NULL, false, '2026-11-20 09:30:00+00', '2026-11-20 09:35:00+00', 300, 0, 1550, 'CZK', 2, '2026-11-20 09:36:00+00');

SELECT pg_catalog.setval('public.bills_id_seq', 100, true);

SELECT pg_catalog.setval('public.bundles_id_seq', 100, true);

SELECT pg_catalog.setval('public.call_prices_id_seq', 100, true);

SELECT pg_catalog.setval('public.card_payments_id_seq', 100, true);

SELECT pg_catalog.setval('public.deposits_id_seq', 100, true);

SELECT pg_catalog.setval('public.free_units_id_seq', 100, true);

SELECT pg_catalog.setval('public.held_bundles_id_seq', 100, true);

SELECT pg_catalog.setval('public.ledger_id_seq', 100, true);

SELECT pg_catalog.setval('public.notices_id_seq', 100, true);

SELECT pg_catalog.setval('public.numbers_id_seq', 100, true);

SELECT pg_catalog.setval('public.operators_id_seq', 100, true);

SELECT pg_catalog.setval('public.payments_id_seq', 100, true);

SELECT pg_catalog.setval('public.sms_orders_id_seq', 100, true);

SELECT pg_catalog.setval('public.subscribers_id_seq', 100, true);

SELECT pg_catalog.setval('public.tariff_uses_id_seq', 100, true);

SELECT pg_catalog.setval('public.tariffs_id_seq', 100, true);

SELECT pg_catalog.setval('public.usage_records_id_seq', 100, true);

ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);

ALTER TABLE ONLY public.auto_top_ups
    ADD CONSTRAINT pk_auto_top_ups PRIMARY KEY (subscriber_id);

ALTER TABLE ONLY public.bills
    ADD CONSTRAINT pk_bills PRIMARY KEY (id);

ALTER TABLE ONLY public.bundles
    ADD CONSTRAINT pk_bundles PRIMARY KEY (id);

ALTER TABLE ONLY public.call_prices
    ADD CONSTRAINT pk_call_prices PRIMARY KEY (id);

ALTER TABLE ONLY public.card_payments
    ADD CONSTRAINT pk_card_payments PRIMARY KEY (id);

ALTER TABLE ONLY public.deposits
    ADD CONSTRAINT pk_deposits PRIMARY KEY (id);

ALTER TABLE ONLY public.free_units
    ADD CONSTRAINT pk_free_units PRIMARY KEY (id);

ALTER TABLE ONLY public.held_bundles
    ADD CONSTRAINT pk_held_bundles PRIMARY KEY (id);

ALTER TABLE ONLY public.ledger
    ADD CONSTRAINT pk_ledger PRIMARY KEY (id);

ALTER TABLE ONLY public.limit_states
    ADD CONSTRAINT pk_limit_states PRIMARY KEY (subscriber_id);

ALTER TABLE ONLY public.lockouts
    ADD CONSTRAINT pk_lockouts PRIMARY KEY (subject);

ALTER TABLE ONLY public.notices
    ADD CONSTRAINT pk_notices PRIMARY KEY (id);

ALTER TABLE ONLY public.numbers
    ADD CONSTRAINT pk_numbers PRIMARY KEY (id);

ALTER TABLE ONLY public.operators
    ADD CONSTRAINT pk_operators PRIMARY KEY (id);

ALTER TABLE ONLY public.payments
    ADD CONSTRAINT pk_payments PRIMARY KEY (id);

ALTER TABLE ONLY public.period_closes
    ADD CONSTRAINT pk_period_closes PRIMARY KEY (operator_id, period, billing_day);

ALTER TABLE ONLY public.sms_orders
    ADD CONSTRAINT pk_sms_orders PRIMARY KEY (id);

ALTER TABLE ONLY public.subscribers
    ADD CONSTRAINT pk_subscribers PRIMARY KEY (id);

ALTER TABLE ONLY public.tariff_units
    ADD CONSTRAINT pk_tariff_units PRIMARY KEY (tariff_id, unit);

ALTER TABLE ONLY public.tariff_uses
    ADD CONSTRAINT pk_tariff_uses PRIMARY KEY (id);

ALTER TABLE ONLY public.tariffs
    ADD CONSTRAINT pk_tariffs PRIMARY KEY (id);

ALTER TABLE ONLY public.usage_records
    ADD CONSTRAINT pk_usage_records PRIMARY KEY (id);

ALTER TABLE ONLY public.bills
    ADD CONSTRAINT uq_bills_subscriber_id_invoice_number UNIQUE (subscriber_id, invoice_number);

ALTER TABLE ONLY public.bundles
    ADD CONSTRAINT uq_bundles_operator_id_code UNIQUE (operator_id, code);

ALTER TABLE ONLY public.call_prices
    ADD CONSTRAINT uq_call_prices_operator_id_subscriber_id_prefix_from_on UNIQUE (operator_id, subscriber_id, prefix, from_on);

ALTER TABLE ONLY public.card_payments
    ADD CONSTRAINT uq_card_payments_key UNIQUE (key);

ALTER TABLE ONLY public.deposits
    ADD CONSTRAINT uq_deposits_ledger_id UNIQUE (ledger_id);

ALTER TABLE ONLY public.free_units
    ADD CONSTRAINT uq_free_units_subscriber_id_unit_source_from_on UNIQUE (subscriber_id, unit, source, from_on);

ALTER TABLE ONLY public.ledger
    ADD CONSTRAINT uq_ledger_key UNIQUE (key);

ALTER TABLE ONLY public.notices
    ADD CONSTRAINT uq_notices_subscriber_id_kind_period_percent_limit_minor UNIQUE (subscriber_id, kind, period, percent, limit_minor);

ALTER TABLE ONLY public.operators
    ADD CONSTRAINT uq_operators_code UNIQUE (code);

ALTER TABLE ONLY public.payments
    ADD CONSTRAINT uq_payments_operator_id_bank_reference UNIQUE (operator_id, bank_reference);

ALTER TABLE ONLY public.sms_orders
    ADD CONSTRAINT uq_sms_orders_message_id UNIQUE (message_id);

ALTER TABLE ONLY public.subscribers
    ADD CONSTRAINT uq_subscribers_id_operator_id UNIQUE (id, operator_id);

ALTER TABLE ONLY public.tariff_uses
    ADD CONSTRAINT uq_tariff_uses_subscriber_id_from_on UNIQUE (subscriber_id, from_on);

ALTER TABLE ONLY public.tariffs
    ADD CONSTRAINT uq_tariffs_operator_id_code UNIQUE (operator_id, code);

ALTER TABLE ONLY public.usage_records
    ADD CONSTRAINT uq_usage_records_source_record UNIQUE (source, record);

CREATE INDEX bills_newest ON public.bills USING btree (subscriber_id, issued_on);

CREATE INDEX card_payments_in_time ON public.card_payments USING btree (subscriber_id, started_at);

CREATE INDEX deposits_of_subscriber ON public.deposits USING btree (subscriber_id);

CREATE INDEX ledger_in_time ON public.ledger USING btree (subscriber_id, occurred_at);

CREATE INDEX ledger_sums ON public.ledger USING btree (subscriber_id, book, period, amount_minor);

CREATE INDEX ledger_validity ON public.ledger USING btree (subscriber_id, id, kind, amount_minor, valid_until) WHERE (valid_until IS NOT NULL);

CREATE INDEX numbers_by_last_digits ON public.numbers USING btree (operator_id, last_digits) WHERE (released_at IS NULL);

CREATE INDEX numbers_of_subscriber ON public.numbers USING btree (subscriber_id);

CREATE UNIQUE INDEX only_one_account_number ON public.subscribers USING btree (operator_id, account_number) WHERE (account_number IS NOT NULL);

CREATE UNIQUE INDEX only_one_current_tariff ON public.tariff_uses USING btree (subscriber_id) WHERE (to_on IS NULL);

CREATE UNIQUE INDEX only_one_held_bundle ON public.held_bundles USING btree (subscriber_id, bundle_id) WHERE (ended_at IS NULL);

CREATE UNIQUE INDEX only_one_list_price ON public.call_prices USING btree (operator_id, prefix, from_on) WHERE (subscriber_id IS NULL);

CREATE UNIQUE INDEX only_one_number ON public.numbers USING btree (operator_id, e164) WHERE (released_at IS NULL);

CREATE UNIQUE INDEX only_one_open_order ON public.sms_orders USING btree (subscriber_id, command) WHERE (status = 'open'::text);

CREATE UNIQUE INDEX only_one_pending_card_payment ON public.card_payments USING btree (subscriber_id) WHERE (status = 'pending'::text);

CREATE INDEX orders_due ON public.sms_orders USING btree (status, due_at);

CREATE INDEX payer_numbers ON public.subscribers USING btree (operator_id, payer_number);

CREATE INDEX payments_parked ON public.payments USING btree (operator_id, status, received_at);

CREATE INDEX usage_in_time ON public.usage_records USING btree (subscriber_id, started_at);

ALTER TABLE ONLY public.auto_top_ups
    ADD CONSTRAINT fk_auto_top_ups_subscriber_id FOREIGN KEY (subscriber_id) REFERENCES public.subscribers(id);

ALTER TABLE ONLY public.bills
    ADD CONSTRAINT fk_bills_subscriber_id FOREIGN KEY (subscriber_id) REFERENCES public.subscribers(id);

ALTER TABLE ONLY public.bundles
    ADD CONSTRAINT fk_bundles_operator_id FOREIGN KEY (operator_id) REFERENCES public.operators(id);

ALTER TABLE ONLY public.call_prices
    ADD CONSTRAINT fk_call_prices_operator_id FOREIGN KEY (operator_id) REFERENCES public.operators(id);

ALTER TABLE ONLY public.call_prices
    ADD CONSTRAINT fk_call_prices_subscriber_id FOREIGN KEY (subscriber_id) REFERENCES public.subscribers(id);

ALTER TABLE ONLY public.card_payments
    ADD CONSTRAINT fk_card_payments_ledger_id FOREIGN KEY (ledger_id) REFERENCES public.ledger(id);

ALTER TABLE ONLY public.card_payments
    ADD CONSTRAINT fk_card_payments_subscriber_id FOREIGN KEY (subscriber_id) REFERENCES public.subscribers(id);

ALTER TABLE ONLY public.deposits
    ADD CONSTRAINT fk_deposits_ledger_id FOREIGN KEY (ledger_id) REFERENCES public.ledger(id);

ALTER TABLE ONLY public.deposits
    ADD CONSTRAINT fk_deposits_subscriber_id FOREIGN KEY (subscriber_id) REFERENCES public.subscribers(id);

ALTER TABLE ONLY public.free_units
    ADD CONSTRAINT fk_free_units_subscriber_id FOREIGN KEY (subscriber_id) REFERENCES public.subscribers(id);

ALTER TABLE ONLY public.held_bundles
    ADD CONSTRAINT fk_held_bundles_bundle_id FOREIGN KEY (bundle_id) REFERENCES public.bundles(id);

ALTER TABLE ONLY public.held_bundles
    ADD CONSTRAINT fk_held_bundles_subscriber_id FOREIGN KEY (subscriber_id) REFERENCES public.subscribers(id);

ALTER TABLE ONLY public.ledger
    ADD CONSTRAINT fk_ledger_subscriber_id FOREIGN KEY (subscriber_id) REFERENCES public.subscribers(id);

ALTER TABLE ONLY public.limit_states
    ADD CONSTRAINT fk_limit_states_subscriber_id FOREIGN KEY (subscriber_id) REFERENCES public.subscribers(id);

ALTER TABLE ONLY public.notices
    ADD CONSTRAINT fk_notices_subscriber_id FOREIGN KEY (subscriber_id) REFERENCES public.subscribers(id);

ALTER TABLE ONLY public.numbers
    ADD CONSTRAINT fk_numbers_operator_id FOREIGN KEY (operator_id) REFERENCES public.operators(id);

ALTER TABLE ONLY public.numbers
    ADD CONSTRAINT fk_numbers_subscriber_id_operator_id FOREIGN KEY (subscriber_id, operator_id) REFERENCES public.subscribers(id, operator_id);

ALTER TABLE ONLY public.payments
    ADD CONSTRAINT fk_payments_ledger_id FOREIGN KEY (ledger_id) REFERENCES public.ledger(id);

ALTER TABLE ONLY public.payments
    ADD CONSTRAINT fk_payments_operator_id FOREIGN KEY (operator_id) REFERENCES public.operators(id);

ALTER TABLE ONLY public.payments
    ADD CONSTRAINT fk_payments_subscriber_id FOREIGN KEY (subscriber_id) REFERENCES public.subscribers(id);

ALTER TABLE ONLY public.period_closes
    ADD CONSTRAINT fk_period_closes_operator_id FOREIGN KEY (operator_id) REFERENCES public.operators(id);

ALTER TABLE ONLY public.sms_orders
    ADD CONSTRAINT fk_sms_orders_number_id FOREIGN KEY (number_id) REFERENCES public.numbers(id);

ALTER TABLE ONLY public.sms_orders
    ADD CONSTRAINT fk_sms_orders_subscriber_id FOREIGN KEY (subscriber_id) REFERENCES public.subscribers(id);

ALTER TABLE ONLY public.subscribers
    ADD CONSTRAINT fk_subscribers_operator_id FOREIGN KEY (operator_id) REFERENCES public.operators(id);

ALTER TABLE ONLY public.tariff_units
    ADD CONSTRAINT fk_tariff_units_tariff_id FOREIGN KEY (tariff_id) REFERENCES public.tariffs(id);

ALTER TABLE ONLY public.tariff_uses
    ADD CONSTRAINT fk_tariff_uses_subscriber_id FOREIGN KEY (subscriber_id) REFERENCES public.subscribers(id);

ALTER TABLE ONLY public.tariff_uses
    ADD CONSTRAINT fk_tariff_uses_tariff_id FOREIGN KEY (tariff_id) REFERENCES public.tariffs(id);

ALTER TABLE ONLY public.tariffs
    ADD CONSTRAINT fk_tariffs_operator_id FOREIGN KEY (operator_id) REFERENCES public.operators(id);

ALTER TABLE ONLY public.usage_records
    ADD CONSTRAINT fk_usage_records_ledger_id FOREIGN KEY (ledger_id) REFERENCES public.ledger(id);

ALTER TABLE ONLY public.usage_records
    ADD CONSTRAINT fk_usage_records_number_id FOREIGN KEY (number_id) REFERENCES public.numbers(id);

ALTER TABLE ONLY public.usage_records
    ADD CONSTRAINT fk_usage_records_subscriber_id FOREIGN KEY (subscriber_id) REFERENCES public.subscribers(id);

