### A caller whose number proves nothing: telephone number and PIN. A wrong number, a wrong PIN and a locked
### account are answered in the same words, so that nobody learns which it was.

ask-account = Zadejte prosím své telefonní číslo a potvrďte je křížkem.

ask-account-silence-1 = Nezaznamenali jsme žádné číslo.

ask-account-silence-2 = Stále jsme nezaznamenali žádné číslo. Číslo vyťukejte na klávesnici telefonu.

ask-account-short = Číslo není úplné.

ask-pin = Teď prosím zadejte svůj PIN a potvrďte ho křížkem.

ask-pin-silence = Nezaznamenali jsme žádný PIN.

ask-pin-short = PIN není úplný.

identify-refused = Zadané údaje se nám nepodařilo ověřit.

identify-no-tries-left = Údaje se nám nepodařilo ověřit ani tentokrát. Další pokus v tomto hovoru bohužel není možný.
