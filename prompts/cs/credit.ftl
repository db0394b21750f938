### Keys one to three of CallPro: free units, credit, spend and limit of the number that calls.
### Facts: $credit, $spend, $limit and $left are amounts of money, $valid_until and $resets_on are days.

credit-prepaid = Váš kredit je { MONEY($credit) }.

credit-valid = Platí do { DATE($valid_until) }.

# Fewer than thirty days are left (CP-21).
credit-expiring = Pozor, platí už jen do { DATE($valid_until) }.

# The date is said, never a bare zero (CP-21).
credit-expired = Platnost vašeho kreditu skončila { DATE($valid_until) }. Chcete-li dál volat, kredit si prosím dobijte.

credit-empty = Váš kredit je vyčerpaný, zbývá nula korun.

## A tariff has no credit, so none is said, and never zero crowns (CP-13).

postpaid = Vaše číslo využívá tarif s měsíčním vyúčtováním, kredit tedy nemá.

postpaid-spend = V tomto zúčtovacím období jste zatím utratili { MONEY($spend, case: "accusative") }.

postpaid-limit = Váš limit na volání je { MONEY($limit) }.

limit-left = Do jeho vyčerpání máte ještě { MONEY($left, case: "accusative") }.

limit-prepaid = Vaše číslo využívá předplacený kredit, limit na volání tedy nemá.

period-ends = Nové zúčtovací období začne { DATE($resets_on, year: "no") }.

## Why there is no answer.

# The two public contacts (CP-02, CP-03).
-contacts = { PHONE("474770601") }, nebo { PHONE("772722222") }

contacts = Zavolejte nám prosím na číslo { -contacts }.

unknown-caller = Vaše číslo v evidenci našich zákazníků nenacházíme.

anonymous-caller = Vaše číslo se nám nezobrazuje.

try-later = Požadované údaje nyní bohužel nemůžeme zjistit. Zkuste to prosím později.
