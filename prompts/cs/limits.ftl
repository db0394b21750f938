### GoMobil and Vodafone: the calling limit, its state and why, what is still possible, when it comes back.
### Facts: $limit, $spend, $left, $next_at and $highest are amounts of money, $percent is a whole number.

limit-next = Další upozornění pošleme, až utratíte { MONEY($next_at, case: "accusative") }.

limit-none = Zatím jste utratili { MONEY($spend, case: "accusative") }. Vaše číslo nemá nastavený žádný limit.

## GoMobil (GM-01 to GM-38).

gomobil-welcome = Dobrý den, vítá vás informační linka GoMobil.

gomobil-menu =
    Pro útratu a limit stiskněte jedničku.
    Pro volné jednotky dvojku.
    Chcete-li limit navýšit, stiskněte trojku.

gomobil-spend =
    V tomto měsíci jste utratili { MONEY($spend, case: "accusative") } z limitu { MONEY($limit, case: "genitive") }.
    To je { PERCENT($percent) }, utratit můžete ještě { MONEY($left, case: "accusative") }.

gomobil-spend-full = V tomto měsíci jste utratili { MONEY($spend, case: "accusative") } z limitu { MONEY($limit, case: "genitive") }.

gomobil-units-only = Váš limit je vyčerpaný, odchozí služby jsou proto omezeny.

# Both halves of GM-10 and GM-11; emergency calls and this line go through in every state (GM-17).
gomobil-units-usable =
    Do konce měsíce můžete volat a psát v rámci zbývajících volných jednotek.
    Jakmile použijete službu mimo ně, zablokují se všechny odchozí služby.

gomobil-incoming =
    Příchozí hovory a zprávy v Česku omezeny nejsou. V zahraničí nefunguje žádná služba.
    Na tísňová čísla a na tuto linku se dovoláte vždy.

# Units are there and cannot be used (GM-16).
gomobil-blocked =
    Všechny odchozí služby jsou zablokovány, protože po vyčerpání limitu byla použita placená služba.

gomobil-units-unusable = Volné jednotky vám zbývají, ale teď je využít nelze.

# Set by the customer in self-care (GM-20).
gomobil-own-limit = Tento limit jste si nastavili v samoobsluze.

gomobil-opens = Služby se obnoví { DATE($resets_on, year: "no") }, nebo hned po navýšení limitu.

gomobil-raise-on-request =
    Tři vyúčtování jste zaplatili včas, můžete tedy požádat o navýšení limitu až na { MONEY($highest, case: "accusative") }.

gomobil-raise-at-once = Změna platí ihned, ještě v tomto měsíci.

gomobil-raise-by-deposit =
    Bez kauce může být váš limit nejvýše { MONEY($highest) }. Vyšší limit získáte složením vratné kauce.

gomobil-raise-not-yet =
    O navýšení až na { MONEY($highest, case: "accusative") } můžete požádat po třech včas zaplacených vyúčtováních.
    Chybí vám ještě { COUNT($bills_missing, gender: "neuter") }.

gomobil-raise-or-deposit = Dříve limit navýšíte složením vratné kauce.

## Vodafone (VL-01 to VL-38).

vodafone-welcome = Dobrý den, vítá vás informační linka k volacímu limitu Vodafone.

vodafone-menu =
    Pro útratu a limit stiskněte jedničku.
    Pro volné jednotky dvojku.
    Chcete-li limit navýšit, stiskněte trojku.
    Pro platební údaje k navýšení stiskněte čtyřku.

vodafone-spend =
    V tomto zúčtovacím období jste utratili { MONEY($spend, case: "accusative") } z limitu { MONEY($limit, case: "genitive") }.
    To je { PERCENT($percent) }, utratit můžete ještě { MONEY($left, case: "accusative") }.

vodafone-spend-full =
    V tomto zúčtovacím období jste utratili { MONEY($spend, case: "accusative") } z limitu { MONEY($limit, case: "genitive") }.

# From ninety percent on (VL-12), free units included (VL-14).
vodafone-abroad =
    V zahraničí jsou všechny odchozí služby zablokovány. Dostupné jsou příchozí zprávy,
    příchozí hovory tam, kde jsou zdarma, a data zahrnutá v tarifu bez příplatku.

vodafone-units-only = Váš limit je vyčerpaný, placené služby jsou proto dočasně omezeny.

vodafone-still-possible = Volné jednotky a bezplatné služby můžete v Česku využívat dál.

vodafone-opens = Omezení skončí { DATE($resets_on, year: "no") }, nebo po navýšení limitu.

# Within a day, not now (VL-15).
vodafone-restored = Limit byl navýšen, služby obnovíme do dvaceti čtyř hodin.

vodafone-raised = V tomto zúčtovacím období jsme limit už jednou automaticky navýšili.

vodafone-raise-on-request =
    Poslední tři vyúčtování jste zaplatili včas, nic tedy platit nemusíte.
    O navýšení požádejte na zákaznické lince nebo v prodejně.

vodafone-raise-by-paying =
    Limit navýšíte tím, že pošlete částku, o kterou se má zvýšit.
    V prodejně se zvýší téměř okamžitě. Platit můžete i převodem, nebo v bankomatu s logem Vodafone.

vodafone-raise-machine =
    V bankomatu zvolte mobilní služby, Vodafone, a navýšení volací jistiny,
    potom zadejte částku a telefonní číslo. Limit se zvýší nejpozději do dvaceti čtyř hodin.

vodafone-raise-transfer = Účet a symboly pro převod vám řekneme, když stisknete čtyřku.

vodafone-raise-within = Služby obnovíme do dvaceti čtyř hodin od navýšení.

vodafone-automatic =
    Máte zapnuté automatické navýšení: při sedmdesáti pěti procentech můžeme limit jednou za období
    trvale zvýšit o tisíc pět set korun. Vypnout si ho můžete na zákaznické lince nebo v prodejně.

vodafone-pay-account = Číslo účtu je { DIGITS($account) }.

vodafone-pay-symbol = Variabilní symbol: { DIGITS($variable_symbol) }.

vodafone-pay-specific = Specifický symbol: { DIGITS($specific_symbol) }.

vodafone-pay-payer = Jako specifický symbol uveďte číslo plátce, najdete ho na každém vyúčtování.

vodafone-pay-days = Platbu převodem připíšeme do tří pracovních dnů.

vodafone-no-pay = Platební údaje k vašemu číslu nemáme. Obraťte se prosím na zákaznickou linku nebo na prodejnu.
