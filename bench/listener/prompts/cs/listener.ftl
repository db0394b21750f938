amount = Váš kredit je { MONEY($credit) }.
day = Platí do { DATE($valid_until) }.
