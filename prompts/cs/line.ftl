### What every caller of 4488 hears, and what all Czech lines share: the menus, silence, a wrong key, a person.

welcome = Dobrý den, vítá vás infolinka CallPro.

menu =
    Pro zjištění stavu kreditu stiskněte dvojku.
    Pro volné jednotky a data jedničku.
    Pro útratu a limit trojku.
    Chcete-li vědět, jak dobít nebo zaplatit, stiskněte čtyřku.
    Pro objednávky textovou zprávou pětku.
    Pro reklamace a změnu způsobu účtování šestku.
    Pro spojení s operátorem stiskněte nulu.
    Pro zopakování nabídky stiskněte devítku.

menu-short =
    Pro zopakování stiskněte devítku, pomaleji křížek.
    Pro kredit dvojku, pro operátora nulu, pro celou nabídku hvězdičku.

# Said in Czech to whoever hears the menus in English.
offer-czech = Pro češtinu stiskněte osmičku.

choose-czech = Pro češtinu stiskněte jedničku.

menu-operator = Pro spojení s operátorem stiskněte nulu.

menu-again = Pro zopakování nabídky stiskněte devítku.

menu-next = Pro zopakování stiskněte devítku, pomaleji křížek, pro celou nabídku hvězdičku.

## Silence and wrong keys are counted apart, each with words of its own.

silence-1 = Nezaznamenali jsme žádnou volbu.

silence-2 = Jste tam ještě? Stiskněte prosím klávesu na svém telefonu.

wrong-key-1 = Tato volba v nabídce není.

wrong-key-2 = Ani tuto volbu bohužel nenabízíme. Poslechněte si prosím nabídku ještě jednou.

still-there = Chcete-li se vrátit do nabídky, stiskněte libovolnou klávesu.

goodbye = Děkujeme za zavolání. Na shledanou.

one-moment = Okamžik, prosím.

# In place of an answer that the voice fails to speak.
trouble = Tuto informaci vám teď bohužel nemůžeme přečíst. Zkuste to prosím později.

## The operator, key zero.

transferring = Spojujeme vás s operátorem.

transfer-failed = Operátora se nyní nepodařilo zastihnout. Zkuste to prosím později.

# Neither the number that calls nor number and PIN say who it is, and the line has nobody to ask.
no-proof = Bez ověření vám údaje k číslu sdělit nemůžeme.
