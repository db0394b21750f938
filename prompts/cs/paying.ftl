### CallPro, keys four to six: how to pay, SMS codes and orders, complaints and requests in writing.
### Facts: $account, $direct_debit_account and $variable_symbol are read digit by digit; $command is an SMS.

top-up-account = Kredit dobijete bankovním převodem na účet { DIGITS($account) }.

# The variable symbol is the number itself (CP-15, CP-16).
top-up-symbol = Jako variabilní symbol uveďte své telefonní číslo: { DIGITS($variable_symbol) }.

# Another person's number can be topped up as well (CP-17); credit is valid for twelve months (CP-18).
top-up-others = Dobít můžete i jiné číslo, variabilním symbolem je vždy číslo dobíjené. Kredit platí dvanáct měsíců.

# Not the account for top-ups (CP-30), and no symbols (CP-32).
direct-debit-account =
    Vyúčtování můžete platit inkasem. Ve své bance povolte inkaso ve prospěch účtu { DIGITS($direct_debit_account) }.
    Nastavte pouze limit, variabilní ani konstantní symbol nenastavujte.

direct-debit-letter =
    Potom nám na adresu { -e-mail } napište, od kterého měsíce a z jakého účtu máme platby strhávat,
    a připojte své jméno a telefonní číslo.

-e-mail = info, zavináč, callpro, tečka, cé zet

## SMS codes (CP-50 to CP-60).

sms-menu =
    Pro zapnutí datového balíčku stiskněte jedničku.
    Pro obnovení dat dvojku.
    Pro změnu tarifu trojku.
    Pro volné textové zprávy čtyřku.
    Pro stav vašich objednávek pětku.
    Pro návrat stiskněte hvězdičku.

# From the telephone that is to be changed (CP-51), within a day (CP-52).
sms-where =
    Zprávu pošlete na číslo { PHONE("772722222") }, a to z čísla, kterého se změna týká.
    Objednávku vyřídíme do dvaceti čtyř hodin.

sms-data =
    Datový balíček zapnete zprávou UP a velikost: sto padesát, šest set, tisíc nebo dva tisíce megabajtů.
    Například: UP, mezera, sto padesát. Rychlá data zapnete zprávou UP, mezera, LTE.

sms-renewal =
    Vyčerpaná data obnovíte zprávou OBNOV, mezera, DATA.
    Balíček se obnoví v původní velikosti za plnou cenu.

sms-tariff =
    Tarif změníte zprávou ZMENA, mezera, název tarifu. Připojit můžete slovo DATA a velikost,
    slova BEZ DAT, nebo slova V SITI ZDARMA. Změna platí od příštího měsíce a co nejmenujete, zůstane beze změny.

sms-messages =
    Sto volných zpráv zapnete textem UP, mezera, sto, mezera, SMS. Vypnete je textem UP BEZ sto SMS.
    Změna platí od příštího měsíce.

order-from = Objednávka { NAME($command) } začne platit { DATE($effective_on, year: "no") }.

order-open = Objednávku { NAME($command) } právě vyřizujeme.

orders-none = Žádná vaše objednávka nečeká na vyřízení.

## What CallPro takes in writing only.

letters-menu =
    Pro reklamaci vyúčtování stiskněte jedničku.
    Pro přechod z předplacené karty na měsíční vyúčtování dvojku.
    Pro návrat stiskněte hvězdičku.

# CP-70 to CP-72; no time for an answer is promised.
complaints = Reklamace přijímáme pouze písemně, nebo e-mailem na adrese reklamace, zavináč, callpro, tečka, cé zet.

complaints-name =
    Uveďte datum nebo časové rozmezí, číslo faktury a částku, se kterou nesouhlasíte.
    Uznanou částku odečteme od následujícího vyúčtování.

# CP-40.
to-postpaid =
    Na adresu { -e-mail } napište, že žádáte o změnu způsobu účtování, a od kterého zúčtovacího období.
    Připojte své jméno a telefonní číslo.
