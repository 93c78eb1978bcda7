"""Words by which a question leans on the one before it, by language.

All but a few of them are function words too.
"""

POINTING = {
    "ca": "aquest aquesta això ell ella ells elles hi seu seva",
    "cs": "jeho její jejich jemu on ona oni ho mu jej",
    "da": "den han hun hans hendes ham hende deres dets dem",
    "de": """er ihm ihn ihnen sie sein seine seinem seinen seiner ihre ihrem ihren ihrer dabei dafür damit
    daran darauf daraus dazu darin""",
    "el": "αυτός αυτή αυτό αυτοί αυτές αυτά",
    "en": "it its he him his she her hers they them their theirs this that these those",
    "es": "él ella ellas ellos eso esto su sus",
    "et": "see selle seda need nende ta tema nad nemad",
    "fi": "hän hänen hänet häntä se sen sitä sillä siitä siihen ne niiden niitä",
    "fr": "il ils elle elles lui leur leurs celui celle cela ça son sa ses",
    "hi": "यह वह ये वे इस उस इन उन इसका इसकी इसके उसका उसकी उसके उनका उनकी उनके इसे उसे उन्हें",
    "hu": "ő ők őt ez ezt azt ezek azok",
    "id": "dia ia mereka itu ini nya beliau",
    "it": "lui lei loro esso essa essi esse questo quello suo sua suoi sue ciò",
    "ja": "それ これ 彼女 彼 その この そこ",
    "ko": "그것 그것은 그것이 그것을 그는 그가 그녀는 그녀가 그의 그녀의 그들은 이것은 그게",
    "nl": "hij hem zij zijn haar hun ervan erover daarvan daarvoor",
    "no": "den han hun hans hennes ham henne deres dens dem",
    "pl": "on ona ono oni one jego jej ich go im mu",
    "pt": "ele ela eles elas isso isto dele dela deles seu sua seus suas",
    "ro": "el ea ei ele acesta aceasta acestea lui lor său sa sale",
    "ru": "он она оно они его ее её им ими их ей ему нём нем нее неё них это этого этом",
    "sv": "den han hon hans hennes honom henne dess deras dem",
    "th": "มัน เธอ เขา นั้น นี้",
    "tr": "o onu onun ona onlar onları onların bu bunu bunun buna bunlar",
    "uk": "він вона воно вони його її їм їх йому це цього цьому",
    "vi": "nó họ đó này",
    "zh": "它们 它們 它 他们 他們 他 她们 她 这个 這個 那个 那個 这 這 那",
}
"""They stand for something said before, and seldom for anything else: no articles, no polite "you", no "it"
that stands for nothing."""

TYING = {
    "ca": "i però",
    "cs": "a ale",
    "da": "og men",
    "de": "und aber oder",
    "el": "και κι αλλά",
    "en": "and but or",
    "es": "y o pero",
    "et": "ja aga",
    "fi": "ja entä mutta",
    "fr": "et mais ou",
    "hi": "और लेकिन",
    "hu": "és de",
    "id": "dan tapi lalu",
    "it": "e ed ma",
    "ja": "では じゃあ",
    "ko": "그리고",
    "nl": "en maar",
    "no": "og men",
    "pl": "a i ale",
    "pt": "e mas",
    "ro": "și dar iar",
    "ru": "а и но",
    "sv": "och men",
    "th": "แล้ว และ",
    "tr": "ve peki ama",
    "uk": "а і й але",
    "vi": "và còn",
    "zh": "那么 那麼 那",
}
"""They tie a question that they begin to the one before it."""

BEING = {
    "ar": "هو هي هل يوجد",
    "ca": "és era està estan hi són",
    "cs": "je jsou byl byla bylo",
    "da": "er var findes har kan",
    "de": "ist sind war waren gibt hat habe kann",
    "el": "είναι ήταν έχει έχουν",
    "en": "is are was were be am has have can",
    "es": "es son era eran fue fueron está están hay tiene tienen puedo ser",
    "et": "on oli",
    "fa": "است چیست کیست هست بود",
    "fi": "on oli ovat olivat onko",
    "fr": "est sont était étaient fut a ont c",
    "he": "הוא היא זה יש",
    "hi": "है हैं था थी थे",
    "hu": "van vannak volt",
    "id": "apakah adalah siapakah ada",
    "it": "è era sono erano fu ha hanno c",
    "ja": "とは です",
    "ko": "무엇입니까 무엇인가요 무엇인가 누구인가 누구입니까 있습니까 있나요",
    "nl": "is zijn was waren heeft",
    "no": "er var finnes har kan",
    "pl": "jest są był była było byli to ma",
    "pt": "é são era eram foi foram há está tem",
    "ro": "este sunt era au are",
    "ru": "такое такой такая такие есть был была это",
    "sv": "är var finns har kan",
    "th": "คือ",
    "tr": "nedir kimdir var nelerdir",
    "uk": "таке такий така це є був була",
    "ur": "ہے ہیں تھا",
    "vi": "là có",
    "zh": "是",
}
"""Verbs: beside one of them a lone word is a thing ("what is inflation?"), without one it is what was done,
as where Spanish asks "when did die?"."""

GENERAL = {
    "de": "mehr sonst genauer",
    "en": "tell else more",
    "es": "otra otro",
    "fr": "autre autres encore",
    "ja": "は",
    "ru": "еще ещё больше расскажи подробнее",
    "th": "มี ได้ ของ ที่ ใน เป็น จะ กี่วัน กี่โมง ก็ ว่า",
    "zh": """什么时候 什麼時候 多少钱 多少錢 几点 幾點 多久 多长 多高 多大 多远 时候 時候 有 的 了 在 和 要 能
    可以 需要 怎么办 吧 啊""",
}
"""They say nothing by themselves: "tell me more"; in scripts without blanks also what stands between
words."""
