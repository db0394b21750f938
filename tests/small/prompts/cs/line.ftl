### What every caller of 4488 hears: the welcome, the menu, what is said when nothing or a wrong key is pressed.

welcome = Dobrý den, vítá vás infolinka CallPro.

menu =
    Pro zjištění stavu kreditu stiskněte dvojku.
    Pro spojení s operátorem stiskněte nulu.
    Pro zopakování nabídky stiskněte devítku.

# After an answer has been given: the same keys in fewer words.
menu-short = Pro kredit stiskněte dvojku, pro operátora nulu, pro celou nabídku devítku.

## Silence and wrong keys are counted apart, each with words of its own.

silence-1 = Nezaznamenali jsme žádnou volbu.

silence-2 = Stále jsme nezaznamenali žádnou volbu. Stiskněte prosím klávesu na svém telefonu.

wrong-key-1 = Tato volba v nabídce není.

wrong-key-2 = Ani tuto volbu bohužel nenabízíme. Poslechněte si prosím nabídku ještě jednou.

goodbye = Děkujeme za zavolání. Na shledanou.

one-moment = Okamžik, prosím.

# In place of an answer that the voice fails to speak.
trouble = Tuto informaci vám teď bohužel nemůžeme přečíst. Zkuste to prosím později.

## The operator, key zero.

transferring = Spojujeme vás s operátorem.

transfer-failed = Operátora se nyní nepodařilo zastihnout. Zkuste to prosím později.
