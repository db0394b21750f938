### CallPro, keys four to six: how to pay, SMS codes and orders, complaints and requests in writing.

top-up-account = Top up by bank transfer to account { DIGITS($account) }.

# The variable symbol is the number itself (CP-15, CP-16).
top-up-symbol = The variable symbol is your telephone number: { DIGITS($variable_symbol) }.

# Another person's number can be topped up as well (CP-17); credit is valid for twelve months (CP-18).
top-up-others =
    You can top up another number too: the variable symbol is always the number that is to be topped up.
    Credit is valid for twelve months.

# Not the account for top-ups (CP-30), and no symbols (CP-32).
direct-debit-account =
    You can pay your bills by direct debit. At your bank, allow it in favour of account { DIGITS($direct_debit_account) }.
    Set the limit only, and leave the variable and the constant symbol empty.

direct-debit-letter =
    Then write to { -e-mail } and tell us from which month and from which account we may take the payments,
    with your name and telephone number.

-e-mail = info, at, callpro, dot, c, z

## SMS codes (CP-50 to CP-60).

sms-menu =
    To switch on a data bundle, press one.
    To renew your data, press two.
    To change your tariff, press three.
    For free text messages, press four.
    For the state of your orders, press five.
    To go back, press star.

# From the telephone that is to be changed (CP-51), within a day (CP-52).
sms-where =
    Send the message to { PHONE("772722222") }, from the telephone that is to be changed.
    It will be carried out within twenty-four hours.

sms-data =
    Switch on a data bundle by the message UP and its size: one hundred and fifty, six hundred,
    one thousand or two thousand megabytes. For example: UP, space, one hundred and fifty.
    Switch on fast data by UP, space, LTE.

sms-renewal =
    Renew your data by the message OBNOV, space, DATA.
    The bundle comes back in its original size, at the full price.

sms-tariff =
    Change your tariff by the message ZMENA, space, and the tariff's name. You may add the word DATA and a size,
    the words BEZ DAT, or the words V SITI ZDARMA. The change takes effect next month,
    and what you do not name stays as it is.

sms-messages =
    Switch on one hundred free text messages by UP, space, one hundred, space, SMS.
    Switch them off by UP BEZ one hundred SMS. The change takes effect next month.

order-from = Order { NAME($command) } takes effect on { DATE($effective_on, year: "no") }.

order-open = Order { NAME($command) } is being carried out.

orders-none = You have no orders waiting.

## What CallPro takes in writing only.

letters-menu =
    For a complaint about a bill, press one.
    To change from prepaid to monthly bills, press two.
    To go back, press star.

# CP-70 to CP-72; no time for an answer is promised.
complaints = We take complaints in writing only, or by e-mail to reklamace, at, callpro, dot, c, z.

complaints-name =
    Please give the date or the span of time, the number of the bill, and the amount that is wrong.
    If we grant it, the amount is taken off your next bill.

# CP-40.
to-postpaid =
    Write to { -e-mail } that you ask for a change of charging, and from which billing period.
    Add your name and telephone number.
