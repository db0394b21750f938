### Free units and data. One sentence for each kind of unit and each bundle.

units-left = Free units: you have { UNITS($left) } left of { UNITS($granted) }. They are renewed on { DATE($resets_on, year: "no") }.

bundle-left =
    In your bundle { NAME($name) } you have { UNITS($left) } of { UNITS($size) } left. { $renewal ->
        [once] It is valid until { DATE($valid_until, year: "no") } and is not renewed.
       *[other] It is valid until { DATE($valid_until, year: "no") } and is then renewed.
    }

units-none = Your number has no free units and no data bundles.

figures-stale = These figures may be more than a day old.
