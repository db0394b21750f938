### A caller whose number proves nothing: telephone number and PIN. A wrong number, a wrong PIN and a locked
### account are answered in the same words, so that nobody learns which it was.

ask-account = Please enter your telephone number, followed by the hash key.

ask-account-silence-1 = We did not receive a number.

ask-account-silence-2 = We still have no number. Please use the keys of your telephone.

ask-account-short = The number is not complete.

ask-pin = Now please enter your PIN, followed by the hash key.

ask-pin-silence = We did not receive a PIN.

ask-pin-short = The PIN is not complete.

identify-refused = What you entered could not be verified.

identify-no-tries-left = It could not be verified this time either. No more tries are possible in this call.
