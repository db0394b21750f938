### Free units and data, of every line that speaks Czech. One sentence for each kind of unit and each bundle.
### Facts: $left, $granted and $size are amounts of units; $resets_on and $valid_until are days, $name is a product's name.

units-left = Z volného přídělu { UNITS($granted, case: "genitive") } máte ještě { UNITS($left, case: "accusative") }. Obnoví se { DATE($resets_on, year: "no") }.

bundle-left =
    V balíčku { NAME($name) } máte ještě { UNITS($left, case: "accusative") } z objemu { UNITS($size, case: "genitive") }. { $renewal ->
        [once] Platí do { DATE($valid_until, year: "no") } a neobnovuje se.
       *[other] Platí do { DATE($valid_until, year: "no") }, poté se obnoví.
    }

units-none = Vaše číslo nemá žádné volné jednotky ani datové balíčky.

# While the limit blocks everything (GM-16).
units-not-usable = Dokud je limit vyčerpaný, volné jednotky využít nelze.

figures-stale = Údaje mohou být starší než jeden den.

# Roaming and premium services may be counted later (GM-04, VL-05).
late-figures = Hovory v zahraničí a prémiové služby se mohou započítat později, skutečná útrata tak může být vyšší.
