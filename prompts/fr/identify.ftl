### A caller whose number proves nothing: account number and PIN (CS-06, CS-07). A wrong account, a wrong PIN
### and a locked account are answered in the same words, so that nobody learns which it was.

ask-account = Composez votre numéro de compte, suivi de la touche dièse.

ask-account-silence-1 = Nous n'avons pas reçu de numéro.

ask-account-silence-2 = Nous n'avons toujours pas reçu de numéro. Utilisez les touches de votre téléphone.

ask-account-short = Le numéro est incomplet.

ask-pin = Composez maintenant votre code secret, suivi de la touche dièse.

ask-pin-silence = Nous n'avons pas reçu de code.

ask-pin-short = Le code est incomplet.

identify-refused = Les informations saisies n'ont pas pu être vérifiées.

identify-no-tries-left = Les informations n'ont toujours pas pu être vérifiées. Aucun autre essai n'est possible pendant cet appel.
