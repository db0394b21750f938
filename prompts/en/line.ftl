### CallPro in English: the menus, silence, a wrong key, a person.

welcome = Welcome to the CallPro information line.

menu =
    For your credit, press two.
    For free units and data, press one.
    For spending and limit, press three.
    For how to top up or pay, press four.
    For orders by text message, press five.
    For complaints and a change of charging, press six.
    For an operator, press zero.
    To hear this again, press nine.

menu-short =
    To hear that again, press nine, or the hash key for a slower reading.
    For your credit, press two, for an operator, zero, for all choices, star.

# Said in English to whoever hears the menus in Czech.
offer-english = For English, press eight.

choose-english = For English, press two.

## Silence and wrong keys are counted apart, each with words of its own.

silence-1 = We did not hear a choice.

silence-2 = Are you still there? Please press a key on your telephone.

wrong-key-1 = That is not one of the choices.

wrong-key-2 = That is not one of the choices either. Please listen to them once more.

still-there = To go back to the menu, press any key.

goodbye = Thank you for calling. Goodbye.

one-moment = One moment, please.

# In place of an answer that the voice fails to speak.
trouble = We are sorry, this cannot be read out at the moment. Please try again later.

## The operator, key zero.

transferring = We are connecting you with an operator.

transfer-failed = Nobody could be reached. Please try again later.
