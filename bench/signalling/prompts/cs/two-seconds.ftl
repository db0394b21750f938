two-seconds = Tato věta trvá dvě vteřiny.
