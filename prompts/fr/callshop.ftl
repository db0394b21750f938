### Callshop France: the balance and the automatic top-up, the menu, the hours, a person.
### Facts: $credit, $level, $amount and $last_amount are amounts of money; $as_of, $last_at and
### $next_service are moments in Paris.

welcome = Bonjour, ici Callshop France.

zero = Pour le solde, appuyez sur zéro.

free-call = Cet appel est gratuit.

# The price comes first on the number that is not free (CS-03, CS-08).
price-from-plan = Cet appel est décompté de votre forfait.

menu =
    Pour le solde de votre compte, appuyez sur un.
    Pour le rechargement automatique, appuyez sur deux.
    Pour joindre le service clients, appuyez sur trois.
    Pour réécouter, appuyez sur neuf.

menu-short =
    Pour réécouter, appuyez sur neuf, ou sur dièse pour une lecture plus lente.
    Pour tous les choix, appuyez sur étoile.

## Key one: the balance. It holds every call that has ended, up to this moment (CS-11, CS-12).

balance = À l'instant, à { TIME($as_of) }, le solde de votre compte s'élève à { MONEY($credit) }.

calls-running = Les communications en cours ne sont pas encore décomptées.

# Zero is not positive (CS-10).
out-of-service = Le solde doit être positif pour téléphoner. Rechargez votre compte par carte bancaire, l'effet est immédiat.

# CS-24.
top-up-skipped =
    Le dernier rechargement automatique, d'un montant de { MONEY($amount) }, n'a pas eu lieu :
    il aurait dépassé votre plafond de paiement hebdomadaire.

## Key two: automatic top-up (CS-21 to CS-24).

top-up =
    Le rechargement automatique est actif : dès que le solde atteint { MONEY($level) },
    votre compte est crédité de { MONEY($amount) }.

top-up-last =
    { $last_status ->
        [settled] Le dernier rechargement, de { MONEY($last_amount) }, a été effectué le { DATE($last_at, year: "no") }.
        [pending] Un rechargement de { MONEY($last_amount) } est en cours.
        [skipped] Le { DATE($last_at, year: "no") }, le rechargement n'a pas eu lieu : il aurait dépassé votre plafond de paiement hebdomadaire.
       *[failed] Le { DATE($last_at, year: "no") }, le rechargement a été refusé. Vérifiez votre carte bancaire.
    }

top-up-none = Le rechargement automatique n'est pas actif sur votre compte.

## Key three: a person (CS-30 to CS-37).

transferring = Nous vous mettons en relation avec le service clients.

transferring-on-call = Nous vous mettons en relation avec l'astreinte.

urgent = L'astreinte est réservée aux urgences. S'il s'agit d'une urgence, appuyez sur un, sinon sur deux.

back-at = Le service clients est en pause. Reprise à { TIME($next_service) }.

closed = Le service clients est fermé.

# On the same day, on the next, or by its date: public holidays may lie between.
back-on =
    Reprise { $days_to_service ->
        [0] aujourd'hui
        [1] demain
       *[other] { DATE($next_service, year: "no", weekday: "yes") }
    } à { TIME($next_service) }.

transfer-failed = Nous n'avons pu joindre personne. Veuillez rappeler plus tard.

## Why there is no answer, and the end.

# CS-30, CS-38.
contacts =
    Sans vérification, nous ne pouvons pas vous donner le solde.
    Pour toute question, appelez le { PHONE("0805020022") },
    ou écrivez à contact, arobase, callshop, tiret, france, point, com.

try-later = Votre compte ne peut pas être consulté pour le moment. Veuillez rappeler plus tard.

silence-1 = Nous n'avons enregistré aucun choix.

silence-2 = Êtes-vous toujours là ? Appuyez sur une touche de votre téléphone.

wrong-key-1 = Ce choix n'existe pas.

wrong-key-2 = Ce choix n'existe pas non plus. Veuillez réécouter les choix.

goodbye = Merci de votre appel. Au revoir.

one-moment = Un instant, s'il vous plaît.

# In place of an answer that the voice fails to speak.
trouble = Cette information ne peut pas être lue pour le moment. Veuillez rappeler plus tard.
