### Keys one to three of CallPro: free units, credit, spend and limit of the number that calls.

credit-prepaid = Your credit is { MONEY($credit) }.

credit-valid = It is valid until { DATE($valid_until) }.

# Fewer than thirty days are left (CP-21).
credit-expiring = Please note that it is valid only until { DATE($valid_until) }.

# The date is said, never a bare zero (CP-21).
credit-expired = Your credit expired on { DATE($valid_until) }. To go on calling, please top it up.

credit-empty = Your credit is used up: zero crowns are left.

## A tariff has no credit, so none is said, and never zero crowns (CP-13).

postpaid = Your number has a tariff with monthly bills, so it has no credit.

postpaid-spend = You have spent { MONEY($spend) } in this billing period.

postpaid-limit = Your calling limit is { MONEY($limit) }.

limit-left = You have { MONEY($left) } left.

limit-prepaid = Your number has prepaid credit, so it has no calling limit.

period-ends = A new billing period begins on { DATE($resets_on, year: "no") }.

## Why there is no answer.

# The two public contacts (CP-02, CP-03).
-contacts = { PHONE("474770601") }, or { PHONE("772722222") }

contacts = Please call { -contacts }.

unknown-caller = We cannot find your number among our customers.

anonymous-caller = We cannot see your number.

try-later = We cannot get this information at the moment. Please try again later.
