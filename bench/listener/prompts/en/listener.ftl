amount = Your credit is { MONEY($credit) }.
day = It is valid until { DATE($valid_until) }.
