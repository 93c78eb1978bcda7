"""Words that are shortened with a full stop, by language; which of them may end a sentence, and which do not.

Several that belong together are written with "~" for a blank that may be there, as "z.~B". The first row of
each table is for all languages. English has a table besides, of words that nupunkt knows the use of.
"""

ENGLISH = """
abs abt adj adm adv anon app approx apr apt arr art assn assoc asst attn aug ave blvd brig bros cap capt
cent cert cf chap cmd co col com conf cont coord corp cpl dec dept dir dist div doc ed eds enc encl eng
esp esq est et etc exc excl ext feb ff fig figs freq fri ft gen gov govt hon hosp hr hwy ibid inc incl
ing insp inst int jan jr jul jun lat lic lt ltd mag maj mar max mfg mgmt mgr min misc mlle mme mon mr
mrs ms mt mtg nov nr num obj obs oct op org pag par pat pers pfc phil pkwy pls pos pp prep pres priv
prof prop prov pt pte pts qty ref regs rep resp rev rhs sat sec sen sep sept ser sgt sig soc sp spec sq
sr st sta stat std ste str suppl surg tab tbd tbsp tech tel temp thu thur thurs tsp tue tues u.s univ
vol vols vs wed wt yr yrs
"""

BEFORE = {
    "": "dr mr mrs ms prof rev",
    "cs": """č čl čp ing mgr mudr judr phdr rndr bc doc prof dr sv nám ul tř např tj tzv tzn pí popř
    příp resp zvl zejm srov viz""",
    "da": """f.eks bl.a dvs dr prof ing hr fr cand mag vedr jf jfr evt ca incl inkl ekskl st gl adv kap
    red""",
    "de": """z.~B d.~h u.~a v.~a i.~d.~R i.~A i.~V o.~g s.~o s.~u z.~T z.~Z m.~E u.~U bzw ca vgl evtl
    ggf bspw insb inkl exkl zzgl abzgl einschl ausschl sog gem lt dr prof dipl ing med phil jur hr fr
    frl st hl geb gest verh ehem max min mind durchschn allg bes betr bzgl gegr hrsg red stellv verantw
    vorm nachm tel mag dres kfm vors nat pol vorbeh zw""",
    "el": "κ κα κος δρ π.χ δηλ βλ τηλ οδ λεωφ αρ καθ αγ",
    "en": """mr mrs ms messrs dr prof rev hon gen col maj capt lt sgt cpl pvt gov sen rep pres st mt ft
    ave blvd e.g i.e cf viz approx ca esp incl excl vs""",
    "es": """sr sra srta sres sras d.ª dr dra drs prof profa lic ing arq gral cnel cap tte mons excmo
    ilmo fr sto sta p.~ej v.~gr av avda avd c/ ctra pl pza pzda tel tfno aprox ca máx mín vid cf cfr ej
    atte depto dpto apdo""",
    "et": "nt st dr prof hr pr tn mnt tel sh lk ca",
    "fi": "esim ts ns mm tri prof dr maist fil puh ks vrt n noin os",
    "fr": """m mm mme mmes mlle mlles mgr dr pr prof me st ste av bd boul pl rte ch p.~ex c.-à-d env cf
    éd tél min max apr resp ex""",
    "hi": "डॉ श्री प्रो सुश्री पं कु",
    "hr": "npr tj dr mr prof ing dipl ul br sv gđa gdin tzv odn",
    "hu": "pl dr prof id ifj özv ld vö kb ún ill mszt tel u",
    "it": """sig sigg sig.ra sig.na sig.ri dott dott.ssa dr prof prof.ssa avv ing arch geom rag gent
    spett egr ill on sen mons p.~es v.le p.zza p.za c.so l.go tel ca circa cfr vd""",
    "lt": "pvz t.~y dr prof doc ul g pr al tel gerb vyr",
    "lv": "piem t.~i dr prof g.~k tālr kr",
    "nl": """bijv bv dhr mevr mw mej dr prof drs ing ir mr ds st o.a d.w.z m.a.w i.v.m t.a.v i.p.v n.a.v
    m.b.t a.u.b z.g t.g.v t.o.v t/m m.u.v m.n i.c.m b.v ca incl excl resp evt vgl zgn nl mgr tel plm ong
    wnd""",
    "no": "f.eks bl.a dvs dr prof hr fr frk ca inkl ekskl evt vedr jf st gt tlf red adm ing cand",
    "pl": """ul al pl os np m.in tj tzn tzw prof dr hab mgr inż lek ks św gen płk mjr kpt por zob ok
    godz tel bł im wg ew ww dot jw red woj pow gm miejsc ur zm""",
    "pt": """sr sra srs srta dr dra prof profa eng arq exmo exma ilmo d v.~ex.ª p.~ex av r pç pça trav
    est tel telef aprox cf séc máx mín sto sta""",
    "ro": "dl dna d-l d-na dr prof ing av str bd nr al bl sc ap tel ex cca resp sf",
    "ru": """ул пр-т просп пер пл наб бул ш д кв корп стр влад эт оф пос дер обл г-н г-жа т.~е т.~к т.~н
    т.~о см ср напр им проф акад доц канд инж зам зав св тел моб факс р-н прибл ок пом комн""",
    "sk": "č čl ing mgr mudr judr phdr bc doc prof dr sv nám ul napr tj tzv tzn resp príp cca",
    "sl": "npr tj dr mag prof ing ul št sv tel oz ga g",
    "sr": "нпр тј др проф инж ул бр св npr tj dr prof ing ul br sv",
    "sv": "t.ex bl.a dvs d.v.s dr prof ing hr fr ca inkl exkl ev resp kl st tel s.k jfr jmf bil",
    "tr": "dr prof doç av yrd öğr gör sn bkz örn ör cad sok mah apt blv tel müh alb gen",
    "uk": """вул просп пров пл бульв буд кв корп обл м с смт т.~зв див напр ім проф акад доц інж зам тел
    тобто св""",
}
"""Those that stand before what they belong to, and end no sentence."""

NUMBERED = {
    "": "al vol",
    "cs": "str s odst písm obr tab kap sv roč po út st čt pá ne",
    "da": "s nr fig tab kap stk kl tlf art pkt bd §",
    "de": """str s nr nrn abb tab kap abs art bd pos ziff lit zi zif anm seite kl aufl vers hdb bl rn
    rdnr teilz mo di mi fr sa""",
    "el": "σελ σ αριθ εικ πιν κεφ άρθρ τόμ",
    "en": """no nos fig figs vol vols p pp ch chap sec sect art eq tab par para app ed v nr ex ver ext
    rm bldg apt""",
    "es": """pág págs p pp n.º n.ª nº núm núms art arts cap caps fig figs tab vol t s ss sec apart párr
    ref ext lun mié jue vie sáb dom""",
    "fi": "s ss nro kpl kuv taul luku kl puh art",
    "fr": "p pp n no nos art fig tab chap vol t éd réf al n° poste bât esc app lun mer jeu ven sam dim",
    "hr": "str br čl st sl tab pogl",
    "hu": "o old sz ábra tábl fej kb",
    "it": """pag pagg p pp n nn nr num art artt cap capp fig figg tab vol sec sez c comma rif int sc lun
    mer gio ven sab dom""",
    "nl": "nr nrs blz p art fig tab hfst vol par afb bijl kl tel",
    "no": "s nr fig tab kap pkt art bd kl tlf",
    "pl": "s str nr nry rys tab rozdz art ust pkt poz t z par m lok kl pn pon wt śr czw pt sob nd niedz",
    "pt": """pág págs p pp n.º n.ª nº núm art arts cap caps fig figs tab vol séc s sec ref ramal seg qua
    qui sex sáb dom""",
    "ro": "pag p nr art alin lit fig tab cap vol sec et",
    "ru": """г гг с стр рис табл гл ст п пп ч т тт д кв корп эт № вып разд прил каб ауд пн вт ср чт пт сб
    вс""",
    "sk": "str s odst písm obr tab kap č",
    "sv": "s sid nr fig tab kap kl tel art bd § st",
    "tr": "s sf no nr şek tab böl md mad kat cilt",
    "uk": "с стор рис табл гл ст п ч т буд кв каб розд пн вт ср чт пт сб нд",
}
"""Those that stand before a number; elsewhere they may be words."""

ENDING = {
    "": "al etc inc ltd corp",
    "cs": "atd apod aj hod min kč tis mil mld r stol po út st čt pá so ne",
    "da": """osv mv m.m m.v etc kr mio pct man tirs ons tors fre lør søn jan feb apr aug sept okt nov dec""",
    "de": """mwst ust usw usf etc u.~ä o.~ä u.~dgl dgl ff f n.~Chr v.~Chr mio mrd std jan feb apr jun jul aug
    sep sept okt nov dez mo di mi do fr sa so""",
    "el": "κ.λπ κτλ κ.ά μ.Χ π.Χ χιλ εκ",
    "en": """in ft yd oz lb etc inc ltd co corp llc jr sr al jan feb mar apr jun jul aug sep sept oct
    nov dec mon tue wed thu fri sat sun""",
    "es": """etc ss a.~C d.~C ee.~uu s.~a s.~l cía ltda ud uds vd vds h min ptas lun mar mié jue vie sáb dom
    ene feb abr ago sept oct nov dic""",
    "fi": "jne yms ym mrd milj",
    "fr": """etc av.~J.-C apr.~J.-C s.~a cie éts janv févr juil sept oct nov déc lun mar mer jeu ven sam
    dim""",
    "hu": "stb",
    "it": """ecc a.~C d.~C s.p.a s.r.l s.n.c ss gen feb apr mag giu lug ago set ott nov dic lun mar mer gio
    ven sab dom""",
    "nl": """enz e.d e.a etc mln mld jl n.Chr v.Chr jan feb mrt apr jun jul aug sep okt nov dec ma di wo do
    vr za zo""",
    "no": "osv o.l m.m etc kr mill mrd man tirs ons tors fre lør søn jan feb apr aug sept okt nov des",
    "pl": """itd itp r w n.e p.n.e tys mln mld pn pon wt śr czw pt sob nd niedz stycz lut kwiec czerw lip
    sierp wrz paźdz list grudz""",
    "pt": """etc a.~C d.~C s.~a ltda cia jan fev mar abr mai jun jul ago set out nov dez seg ter qua qui sex
    sáb dom""",
    "ro": "etc ș.a î.Hr d.Hr",
    "ru": """квт т.~д т.~п др проч г гг в вв н.~э руб коп тыс млн млрд шт мин сек янв февр авг сент окт нояб
    дек пн вт ср чт пт сб вс""",
    "sk": "atď apod hod",
    "sv": "osv m.m m.fl etc kr tkr milj mån tis ons tors fre lör sön jan feb apr aug sept okt nov dec",
    "tr": "vb vs vd",
    "uk": "т.~д т.~п ін р рр ст грн коп тис млн млрд пн вт ср чт пт сб нд",
}
"""Those that may end a sentence, and do before a capital."""

ORDINALS = frozenset(("cs", "da", "de", "et", "fi", "hr", "hu", "lv", "no", "pl", "sk", "sl", "sr", "tr"))
"""Languages that write "3." for the third."""
