### Free units and data. One sentence for each kind of unit and each bundle.

units-left = Free units left: { UNITS($left) }. They begin anew on { DATE($resets_on, year: "no") }.

bundle-left =
    Bundle { NAME($name) }: { UNITS($left) } left. { $renewal ->
        [once] It is valid until { DATE($valid_until, year: "no") } and is not renewed.
       *[other] It is valid until { DATE($valid_until, year: "no") }, and then renewed.
    }

units-none = Your number has no free units and no data bundles.

figures-stale = These figures may be more than a day old.
