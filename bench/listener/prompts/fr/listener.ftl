amount = Votre crédit est de { MONEY($credit) }.
