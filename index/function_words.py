"""Stop words: those that ask or connect, by language; what a question is about are its other words.

Articles, pronouns, prepositions, conjunctions, auxiliaries and question words, as in the lists of Snowball
(BSD-3-Clause), with question words and without what says something. Chinese, Japanese, Korean and Thai have
the phrases that ask.
"""

FUNCTION_WORDS = {
    "ar": """في من إلى على عن مع هو هي هم هما هن أنا أنت نحن ما ماذا متى أين كيف كم لماذا هل أي أية التي
    الذي الذين اللذان اللتان اللاتي هذا هذه ذلك تلك هؤلاء أولئك كان كانت كانوا يكون تكون يمكن قد لقد لا لم
    لن ليس ليست إن أن أنه أنها إذا ثم أو أم و ف ب ل ك كما لكن بل بين بعد قبل عند منذ حتى خلال بعض كل غير
    عليه عليها فيه فيها به بها له لها لهم منه منها عنه عنها إليه إليها لي لك لنا بأي لأي فمن وما ومن وهو
    وهي""",
    "ca": """a al als amb aquell aquella aquest aquesta així com d de del dels el ella ells els em en
    entre era es està estan ens et ha han he hi ho i jo l la les li m meu meva més molt n ni no nosaltres
    o on per però pot puc quan quant quants quanta quantes què que quin quina quins quines qui s se sense
    ser seu seva si sobre són t té tenen tenir teu teva tot tots tu un una uns unes va van vostè""",
    "cs": """a aby aj ale ani asi až během bez bude budou by byl byla bylo byly být co či čí do ho i já
    jak jaká jaké jaký jako je jeho jej její jejich jemu jen ještě již jsem jsi jsme jsou jste k kam kde
    kdo kdy kdyby když ke která které kteří který kolik komu koho má mají mám máme máte může mě mi mít mne
    mnou můj na nad nám náš ne nebo není než nic o od on ona oni ono pak po pod podle pokud pro proč proto
    protože před při s se si svůj ta tak také tam tato te tě tedy ten tento ti to toho tom tomu toto tu
    tuto tvůj ty u už v vám váš ve však vy z za ze že""",
    "da": """af alle alt at da de dem den denne der deres det dette dig din disse dit dog du efter ej
    eller en end er et for fra få får ham han hans har havde have hende hendes her hos hun hvad hvem hver
    hvilke hvilken hvilket hvis hvor hvordan hvorfor hvornår i ikke ind ja jeg jer jeres kan kunne man med
    meget men mig min mit må mange nej nogle noget nu når og også om op os over på sig sin sit skal skulle
    som så til ud under var ved vi vil ville vor være været""",
    "de": """ab aber alle allem allen aller alles als also am an andere anderen auch auf aus bei beim bin
    bis bist da dabei dafür damit dann daran darauf daraus darf das dass dazu dein deine deinem deinen
    deiner dem den denen denn der deren des dessen die dies diese diesem diesen dieser dieses doch dort du
    durch dürfen ein eine einem einen einer eines er es etwa etwas euch euer eure für gegen gibt hab habe
    haben hat hatte hatten hier hin ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im in ins ist ja jede
    jedem jeden jeder jedes kann kannst kein keine keinem keinen keiner können könnte lautet man mein
    meine meinem meinen meiner mich mir mit muss müssen nach nein nicht nichts noch nun nur ob oder ohne sehr
    sein seine seinem seinen seiner seit sich sie sind so soll sollen sollte um und uns unser unsere unter
    viel viele vom von vor wann war waren warum was weil welche welchem welchen welcher welches wem wen
    wenn wer werde werden wessen weshalb wie wieso wieviel wird wo wobei wodurch wofür woher wohin womit
    woran worauf woraus worden worin wozu wurde wurden während würde zu zum zur zwischen über""",
    "el": """ο η το οι τα του της των τον την τις τους ένα ένας μια μία και κι ή αλλά όμως να θα δεν δε μη
    μην σε στο στη στην στον στα στις στους από για με χωρίς ως προς κατά μετά πριν παρά αντί που πού πως
    πώς πότε ποιος ποια ποιο ποιοι ποιες ποιους ποιον ποιου τι πόσο πόσα πόσες πόσοι πόση γιατί όταν αν
    εάν επειδή ώστε όπως ότι είναι ήταν είμαι είσαι είμαστε είστε έχει έχουν έχω είχε είχαν εγώ εσύ αυτός
    αυτή αυτό αυτοί αυτές αυτά εμείς εσείς μου σου μας σας εκείνος εκείνη εκείνο μπορεί μπορώ πολύ μέσα
    πάνω κάθε όλα όλοι όλες""",
    "en": """a about all also am an and any are as at be been being but by can could did do does doing for
    from had has have having he her here hers him his how i if in into is it its just many me might much
    my no not of on or our ours shall she should so some such than that the their theirs them then there
    these they this those to too us was we were what when where which while who whom whose why will with
    would you your yours s t""",
    "es": """a al algo algunas algunos ante aquel aquella aquellos como cómo con contra cuál cual cuáles
    cuales cuándo cuando cuánto cuanto cuánta cuántos cuántas de del desde donde dónde durante e el él
    ella ellas ellos en entre era eran eres es esa esas ese eso esos está están esta estas estaba este
    esto estos fue fueron ha había habían haber han has hasta hay he la las le les lo los me mi mis muy
    más nada ni no nos nosotros nuestra nuestro o os otra otro para pero por porque puede pueden puedo qué
    que quién quien quiénes quienes se según ser si sí sin sobre son soy su sus también tan te tenía tiene
    tienen tengo ti tu tú tus u un una unas uno unos usted ustedes y ya yo""",
    "et": """ei ja ka ning või aga kui et see selle seda need nende mis mida mille kes keda kelle kus kuhu
    kust millal kuidas miks palju mitu kas on oli olid olen oled oleme olete olla ma mina sa sina ta tema
    me meie te teie nad nemad oma minu sinu saab saan pole""",
    "fa": """از با به بر در را که و یا تا اما ولی اگر هم همین همان این آن اینها آنها ما من تو او شما ایشان
    چه چی چیست کی کیست کجا کجاست چرا چگونه چطور چند چقدر کدام آیا است هست هستند بود بودند باشد شد شده شود
    می نمی برای بین پس پیش هر یک خود دیگر نیست نه کرد کرده دارد دارند داشت خواهد""",
    "fi": """ei ja jo jos joka jotka jonka joita jossa johon joista kuin kun kuka ketkä kenen kenelle ketä
    keitä koska kuinka että eli en et emme ette eivät mikä mitkä minkä mitä missä mistä mihin milloin
    miten miksi millainen montako monta minä sinä hän me te he minun sinun hänen meidän teidän heidän
    minua sinua häntä minulla minulle sinulla sinulle hänellä hänelle se ne sen sitä niitä niiden tämä
    tämän tätä nämä tuo tuon nuo on oli olivat ovat olen olet olemme olette olla ollut olisi oliko onko
    voi voiko voin voivat mutta myös niin nyt tai vai sekä mukaan kanssa varten""",
    "fr": """à ai ainsi as au aucun aucune aussi aux avec avez avoir avons c car ce ceci cela celle celles
    celui ces cet cette ceux chez combien comme comment d dans de des donc dont du elle elles en es est et
    était étaient être eu eux fut il ils j je l la là laquelle le lequel les lesquelles lesquels leur
    leurs lui m ma mais me mes moi mon même n ne ni nos notre nous on ont ou où par pas pendant peut
    peuvent peux plus pour pourquoi qu quand que quel quelle quelles quels qui quoi s sa sans se sera ses
    si son sont sous suis sur t ta te tes toi ton tous tout toute toutes tu un une vos votre vous y""",
    "he": """של את על אל עם מן אם או גם כי לא כן זה זו זאת אלה הוא היא הם הן אני אתה אנחנו אתם מה מי מתי
    איפה היכן לאן מאין איך כיצד כמה למה מדוע האם איזה איזו אילו אשר יש אין היה היתה הייתה היו להיות כל
    לפני אחרי בין עד רק אבל ב ל ה ו ש לי לך לו לה לנו להם שלי שלך שלו שלה שלנו שלהם""",
    "hi": """का की के को में से पर ने और या तो ही भी कि जो जिस जिसे जिसका जिसकी जिसके यह ये वह वे इस उस इन
    उन इसका इसकी इसके उसका उसकी उसके उनका उनकी उनके क्या कब कहाँ कहां कैसे कैसा कैसी क्यों कौन कौनसा किस
    किसे किसका किसकी किसके किसने किन कितना कितनी कितने है हैं था थी थे हो होता होती होते हुआ हुई हुए कर
    करता करते करने किया गया गई गए जाता जाती जाते एक कुछ मैं हम तुम आप मेरा मेरी हमारा आपका अपना अपनी अपने
    नहीं लिए साथ तक बाद द्वारा रहा रही रहे सकता सकती सकते""",
    "hu": """a az egy és vagy de ha hogy nem is csak meg már még mert mint ez ezt ezek azt azok ő ők én te
    mi ti engem téged őt minket titeket nekem neked neki nekünk nekik ki kik kit kinek mit mik milyen
    melyik melyek melyiket mikor hol hova honnan hogyan miért mennyi hány hányan amely amelyek ami aki
    akik ahol amikor van vannak volt voltak lesz lehet lett kell volna lenne sem nincs minden után alatt
    között által el fel le be""",
    "id": """ada adalah agar akan aku anda antara apa apakah atas atau bagaimana bagi bahwa beberapa
    berapa bisa bukan dalam dan dapat dari dengan di dia ia ini itu jika juga kah kami kamu kapan karena
    ke kepada kita lagi maka mana mereka mengapa oleh pada para saat saja sampai sangat saya sebagai
    sebuah seorang semua seperti siapa siapakah sudah suatu tapi telah tentang terhadap tetapi tidak untuk
    yang yaitu nya""",
    "it": """a ad agli ai al alla alle allo anche avere c che chi ci cioè come con contro cosa cui d da
    dagli dai dal dalla dalle dallo dei degli del della delle dello di dopo dove durante e è ed era erano
    fra fu furono gli ha hai hanno ho i il in io l la le lei li lo loro lui m ma me mi mia miei mie mio ne
    negli nei nel nella nelle nello no noi non nostra nostri nostro o ogni per perché però più può possono
    posso prima qual quale quali quando quanta quante quanti quanto quella quelle quelli quello questa
    queste questi questo s se sei senza si sia siamo sono sta stato stata su sua sue sugli sui sul sulla
    sulle sullo suo suoi t te ti tra tu tua tue tuo tuoi tutti tutto un una uno v vi voi vostra vostro""",
    "ja": """いつ どこ だれ 誰 なに 何 なぜ どの どれ どんな どう いくつ いくら ですか ますか でしょうか
    とは""",
    "ko": """무엇 무엇을 무엇이 무엇인가 무엇입니까 무엇인가요 누구 누가 누구인가 누구입니까 언제 언제인가
    어디 어디에 어디서 어디인가 어떻게 왜 어떤 어느 몇 얼마 얼마나 있는 있습니까 있나요 하는 합니까 하나요""",
    "nl": """aan al alle als andere ben bij daar dan dat de der deze die dit doch door dus een en er ge
    geen had hadden heb hebben heeft hem het hier hij hoe hoeveel hun iets ik in is ja je jij jouw jullie
    kan kun kunnen maar me meer men met mij mijn moet moeten mag mogen na naar niet niets nog nu of om
    omdat ons onze ook op over te tegen tijdens toch toen tot u uit uw van veel voor waar waarmee waarom
    waarin waarop waarvan wanneer was waren wat we wel welk welke werd werden wie wiens wij wil worden
    wordt zal ze zich zij zijn zo zonder zou zullen""",
    "no": """alle at av bare ble bli blir da de deg dei dem den denne der dere deres det dette din disse
    ditt du dine eller en enn er et etter for fordi fra få får ha hadde han hans har hennes henne her hos
    hun hva hvem hver hvilke hvilken hvilket hvis hvor hvordan hvorfor i ikke inn ja jeg kan kunne kva man
    mange med meg meget men mer min mine mitt må nei noe noen nå når og også om opp oss over på seg sin
    sine sitt skal skulle slik som så til ut under var ved vi vil ville vår være vært""",
    "pl": """a aby albo ale ani bardzo bez bo by być był była było były będzie będą ci co czego czemu czy
    czyj czyja dla do gdy gdyby gdzie go i ich ile ilu im ja jak jaka jaki jakie jakich jako je jego jej
    jest jestem jesteś jeszcze jeśli już kiedy kim która które którego której który których którzy kto
    kogo komu lub ma mają mam może można możemy mi mnie mną mój moja my na nad nam nas nasz nie niż o od
    on ona one oni oraz po pod podczas ponieważ poza przed przez przy są się skąd sobie swoje swój ta tak
    także tam te tego tej ten też to tu twój ty tych tylko tym u w we więc wy z za ze że został została
    zostały""",
    "pt": """a à ao aos aquela aquele aquilo as às até com como contra da das de dela dele deles depois do
    dos e é ela elas ele eles em entre era eram essa esse esta está estão estava este eu foi foram há isso
    isto já lhe lhes mais mas me mesmo meu meus minha muito na não nas nem no nos nós nossa nosso num numa
    o onde os ou para pela pelas pelo pelos pode podem posso por porque porquê qual quais quando quanta
    quantas quanto quantos que quê quem são se sem ser será seu seus só sobre sua suas também te tem têm
    tenho teu tinha tu tua um uma umas uns você vocês""",
    "ro": """a acea aceasta această aceea acel acest acesta aceste acestea acești ai al ale am ar are au
    avea aveți avem ca că câți câte cât câtă când care cărui cărei ce cel cea cei cele cine cu cui cum da
    dacă dar de decât deci del despre din după ea ei el ele eram era erau este eu fi fie fost iar în între
    la le lor lui mai mea meu mi mult ne nici noi nostru nu o or ori pe pentru peste poate pot prin sa
    sale sau se și sunt suntem să său te tu tău un una unde unei unor unui va vor voi vostru""",
    "ru": """а без более бы был была были было быть в вам вас весь во вот все всего всех вы где да даже
    для до его ее ей ему если есть еще же за и из или им их к как какая какие каким каких какого какое
    какой каком какую ко когда кого кем ком кому кто куда ли либо между меня мне много мной может можно
    могут мой моя мы на над надо нам нас наш не него нее ней нет ни них но ну о об он она они оно от
    откуда отчего перед по под после потому почему при про с сам свою своей своего своих себя сколько со
    стал стала так также такой там те тебе тебя тем то того тоже той только том тот ты у уже чего чей чем
    чему через что чтобы чья чьё эта эти этим этих это этого этой этом этот эту я является являются""",
    "sv": """alla allt att av blev bli blir då de dem den denna deras dess det detta dig din dina ditt du
    där efter eller en er ert ett från för får få ha hade han hans har henne hennes hon honom hos hur i
    icke in inte ja jag kan kunde man med mellan men mer mig min mina mitt mot mycket många ni nu någon
    något några när och också om oss på så sedan sig sin sina sitt ska skall skulle som till under upp ur
    ut utan vad var vara varför varit varje vars vart vem vems vid vilka vilken vilket vilkas vi vill
    ville vår våra vårt är åt över""",
    "th": """อะไร เมื่อไหร่ เมื่อไร เมื่อใด ที่ไหน ที่ใด ใคร ทำไม อย่างไร ยังไง เท่าไหร่ เท่าไร เท่าใด กี่
    หรือไม่ ไหม ครับ คะ ค่ะ""",
    "tr": """acaba ama ancak bana bazı belki ben beni benim bir biri biz bize bizi bizim bu buna bunda
    bundan bunlar bunu bunun çok çünkü da daha de değil diye en gibi hangi hangisi hem hep hiç için ile
    ise kaç kadar ki kim kime kimi kimin kimler mi mı mu mü nasıl ne neden nedir nelerdir nerede nereden
    nereye neresi niçin niye o olan olarak oldu olduğu olur on ona ondan onlar onu onun sana sen seni
    senin siz size sizi sizin sonra şey şu tüm var vardır ve veya ya yani yok zaman""",
    "uk": """а але без би був була були було бути в вам вас ви від він вона вони воно все всі вже де для
    до його її їй їм їх є ж за з зі із і й або чи що щоб як який яка яке які яких якого якої яким якою
    коли куди звідки скільки хто кого кому ким чому чого чий чия на над не ні ну о об по під після перед
    при про та так також там те тебе ти тим то того тоді той тому у це цей ця ці цього цієї я мене мені
    мій моя ми нам нас наш може можна можуть між через""",
    "ur": """کا کی کے کو میں سے پر نے اور یا تو ہی بھی کہ جو جس یہ وہ اس ان کیا کب کہاں کیسے کیوں کون کس
    کتنا کتنی کتنے ہے ہیں تھا تھی تھے ہو ہوا ہوئی ہوئے کر کرتا کرتے کرنے گیا گئی گئے ایک کچھ ہم تم آپ نہیں
    لیے ساتھ تک بعد""",
    "vi": """ai à bao bị bằng cái các cho có của do đã đang đâu để đến đó được gì hay hoặc khi không là
    lại làm mà mấy mình một này nào nếu nhiêu như những ở ra rằng rất sao sẽ tại thế thì tôi bạn chúng từ
    và vào vì với về""",
    "zh": """什么 什麼 甚麼 哪里 哪裡 哪儿 哪些 哪个 哪個 哪一 哪 谁 誰 多少 几个 幾個 怎么样 怎么 怎麼
    怎样 怎樣 如何 为何 為何 为什么 為什麼 何时 何時 何地 何人 是否 吗 嗎 呢 请问 請問""",
}  # fmt: skip
