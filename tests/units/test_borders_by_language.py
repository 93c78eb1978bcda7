"""Where a sentence ends, by language; "|" stands for each end, and the samples are our own."""

import pytest

from index.units.borders import sentences

SAMPLES = {
    "am": [
        "ቤተ መጻሕፍቱ ክፍት ነው።|ትልቅ ነው።",
    ],
    "ar": [
        "هل المكتبة مفتوحة؟|نعم، كل يوم.",
        "تفتح في التاسعة.|تغلق في الخامسة.",
        "هل جاء؟|نعم، جاء۔|ثم ذهب.",
    ],
    "bo": [
        "དཔེ་མཛོད་ཁང་ཆེ༎|ང་འགྲོ༎",
    ],
    "cs": [
        "Bydlí v ul. Lesní č. 5.|Telefon má.",
        "Např. v pondělí.|I v úterý.",
        "Přijďte 3. května v 9 hod.|Děkujeme.",
        "Tj. zítra, příp. dnes.|Ano.",
    ],
    "da": [
        "Tag f.eks. brød med.|Eller ost.",
        "Den 3. maj kl. 9 åbner vi.|Kom!",
        "Det er på 2. sal.|Elevatoren er i stykker.",
    ],
    "de": [
        "Der Antrag ist z. B. online möglich.|Er kostet nichts.",
        "Das Büro ist d. h. die Stelle im 3. OG zu.|Wir öffnen am 3. Oktober.",
        "Der 2. Weltkrieg endete 1945.|Danach kam die 4. Republik.",
        "Wir treffen uns am 5. Mai um 9 Uhr.",
        "Bitte bis zum 31. Dezember melden.|Danke!",
        "Ich helfe dir.|Morgen geht es los.",
        "Das mag ich auf diese Art.|Du auch?",
        "Prof. Dr. Meyer spricht.|Alle kommen.",
        "Es gibt u. a. Kaffee, Tee usw.|Der Eintritt ist frei.",
        "Die Miete beträgt ca. 650 Euro, inkl. Nebenkosten.",
        "Nr. 7 ist frei.|Nr. 8 nicht.",
        "Sie hat am 1.|Nein, am 2. bezahlt.",
        "Ludwig XIV. von Frankreich baute.",
        "Die Frist endet am 3. 10. 2024.|Danach ist Schluss.",
        "i. d. R. dauert es zwei Tage.|Danach rufen wir an.",
        "s. o. und vgl. S. 12 im Anhang.",
        "Das Zimmer liegt im 3. Stock.|Der Lift fährt bis zum 4. Stock.",
        "Er wohnt in der Hauptstr. 5 in Ulm.|Sie nicht.",
        "Vgl. Kap. 3 und S. 12.|Gut.",
        "Gem. Art. 5 Abs. 2 DSGVO gilt das.|Ja.",
        "Preis inkl. MwSt. beträgt 5 €.|Gut.",
        "Kosten: ca. 5 €.|Mehr nicht.",
        "Tel. 030 1234.|Mail auch.",
        "Am 12. Juli fahren wir.|Es regnet.",
        "Das 21. Jahrhundert ist neu.|Im 3. Stock wohnt er.",
        "Am 24. und 25. Dezember zu.|Sonst offen.",
        "Am 3.5.2024 war es.|Dann nicht.",
        "Heinrich VIII. regierte lange.|Er starb.",
        "Das kostet 5.|Das ist viel.",
        "Platz 3.|Wir gewannen.",
        "Mo. bis Fr. 9 bis 12 Uhr, Sa. nach Absprache.|Danach ist zu.",
    ],
    "el": [
        "Η βιβλιοθήκη είναι ανοιχτή.|Πότε κλείνει;|Στις πέντε.",
        "Ο κ. Παπάς ήρθε π.χ. χθες.|Έφυγε.",
    ],
    "es": [
        "El Sr. Pérez vive aquí.|La Sra. López no.",
        "Traiga algo, p. ej. pan o vino.|Nada más.",
        "Vive en la Av. Libertad n.º 5.|Es azul.",
        "El Dr. García atiende de 9 a 14 h.|Llame antes.",
        "EE. UU. firmó el acuerdo.|Luego vino otro.",
        "Ud. puede pagar aquí.|Uds. también.",
        "Véase la pág. 12.|Allí está todo.",
        "¿Cuándo abre?|Abre a las nueve.",
        "Se cierra a las 5 p. m. todos los días.|Vuelva mañana.",
        "La C. P. 28001 es de Madrid.",
        "El s. XIX fue largo.|El XX también.",
        "Tel. 555 12 34.|Pregunte por Ana.",
    ],
    "fi": [
        "Kirjasto aukeaa 3. toukokuuta klo 9.|Tervetuloa!",
        "Ota esim. leipää.|Tai juustoa.",
    ],
    "fr": [
        "M. Dupont habite ici.|Mme Durand non.",
        "Voir p. ex. le chapitre 3.|Il est court.",
        "Le bureau est au n° 5, av. de la Gare.|Il ferme à 18 h.",
        "MM. Martin et Petit sont absents.|Nous attendons.",
        "Le Dr. Petit arrive.|Le Pr. Blanc aussi.",
        "Il est né env. 50 av. J.-C. à Rome.|Il y est mort.",
        "Apportez du pain, du vin, etc.|Merci d'avance.",
        "C'est-à-dire, cf. art. 12 du règlement.",
        "Il a plu.|M. Dupont est parti.",
        "Jones et al. 1998 l'ont dit.|Nous aussi.",
    ],
    "hi": [
        "पुस्तकालय खुला है।|वह नौ बजे खुलता है।",
        "डॉ. शर्मा आए।|वे गए।",
    ],
    "hu": [
        "Május 3. hétfő.|Zárva.",
        "Pl. kenyér.|Vagy sajt.",
        "A 2. emeleten van.|A lift rossz.",
    ],
    "hy": [
        "Գրադարանը բաց է։|Այն մեծ է։",
    ],
    "it": [
        "Il sig. Rossi abita qui.|La sig.ra Bianchi no.",
        "Porti p. es. il pane.|Altro no.",
        "L'ufficio è in p.zza Roma n. 5.|Chiude alle 18.",
        "Il dott. Verdi e l'avv. Neri sono assenti.|Torneranno.",
        "Vedi pag. 12 e art. 3 c. 2.|È breve.",
        "Nel sec. XIX era un borgo.|Poi crebbe.",
        "La prof.ssa Gialli insegna.|Ama i libri.",
        "Lo farà per me.|Domani.",
        "Il club ha dei soci.|Sono venti.",
    ],
    "ja": [
        "図書館は毎日開いています。|日曜は休みです。",
        "「はい。」|彼は言った。",
        "「行こう。」|そして出た。",
    ],
    "km": [
        "បណ្ណាល័យបើក។|វាធំ។",
    ],
    "lo": [
        "ຫໍສະໝຸດເປີດທຸກມື້ຕັ້ງແຕ່ເກົ້າໂມງເຊົ້າຈົນຮອດຫ້າໂມງແລງ|ຍົກເວັ້ນວັນອາທິດແລະວັນພັກ",
    ],
    "my": [
        "စာကြည့်တိုက် ဖွင့်သည်။|ကြီးသည်။",
    ],
    "nl": [
        "Neem bijv. brood mee.|Of kaas.",
        "Dhr. Jansen woont hier.|Mevr. de Vries niet.",
        "Het kost o.a. 5 euro, d.w.z. niets.|Kom gerust.",
        "Zie blz. 12 en art. 3.|Het is kort.",
        "Dr. Bakker komt om 9 uur.|Bel eerst.",
        "In de 19e eeuw was dit een dorp.|Nu niet.",
        "Het is nr. 5.|Het huis is rood.",
        "Hij nam m.a.w. niets mee.|Jammer.",
        "Dat was in de bus.|Wij liepen.",
        "a.u.b. bellen vóór 9 uur.|Dank u.",
    ],
    "pl": [
        "Mieszka przy ul. Leśnej 5 m. 7.|Telefon jest.",
        "Np. w poniedziałek.|Wtorek też.",
        "Biuro jest m.in. w Krakowie, tj. na południu.|Zapraszamy.",
        "Dr Nowak i prof. Kowalski przyszli.|Wszyscy czekali.",
        "Zob. str. 12 i rys. 3.|To krótkie.",
        "W 2024 r. otwarto szkołę.|Jest duża.",
        "Koszt to ok. 50 zł.|Płatne z góry.",
        "W XIX w. było tu miasto.|Potem wieś.",
        "Spotkanie jest 3. maja.|Zapraszamy.",
        "Al. Jerozolimskie 5, pl. Wolności 3.",
        "Itd. itp. nie pisz.|Dziękuję.",
        "Odbiór o godz. 9.|Zapraszamy.",
        "Czynne pn. 9:00–18:00, sob. i niedz. 8:00–20:00.|Potem zamykamy.",
    ],
    "pt": [
        "O Sr. Silva mora aqui.|A Sra. Costa não.",
        "Traga algo, p. ex. pão.|Mais nada.",
        "A Av. Brasil, n.º 5, é longa.|Fica longe.",
        "O Dr. Lima atende às 9 h.|Ligue antes.",
        "Veja a pág. 12.|É curta.",
        "Séc. XIX foi difícil.|O XX também.",
        "A Profa. Ana chegou.|Todos riram.",
        "Ele disse a ela.|Ela riu.",
    ],
    "ru": [
        "Живёт на ул. Лесной, д. 5, кв. 7.|Телефон есть.",
        "Это т. е. завтра.|Приходите.",
        "В 2024 г. открыли школу.|Она большая.",
        "И т. д. и т. п. можно не писать.|Всё ясно.",
        "А. С. Пушкин родился в Москве.|Он писал стихи.",
        "Цена 500 руб. за штуку.|Доставка бесплатно.",
        "см. рис. 3 на стр. 12.",
        "В XIX в. город вырос.|В XX в. стал ещё больше.",
        "Стоит 5 тыс. руб. в месяц.|Свет отдельно.",
        "Им. Ленина, пл. Мира, г. Москва.",
        "Приём с 9 до 18 ч. ежедневно.|Кроме воскресенья.",
        "Он живёт на ул. Лесной, д. 5.|Там тихо.",
        "г. Москва, ул. Ленина, д. 10, кв. 5.|Звоните.",
        "Стоит 5 руб. за штуку.|Дорого.",
        "Школу открыли в 2024 г.|Она большая.",
        "Открыто пн. 9:00, сб. закрыто.|Звоните нам.",
    ],
    "sv": [
        "Ta med t.ex. bröd.|Eller ost.",
        "Kl. 9 öppnar vi.|Kl. 17 stänger vi.",
        "Det kostar ca. 50 kr. per dag.|Betala kontant.",
    ],
    "th": [
        "ห้องสมุดประชาชนเปิดให้บริการทุกวันตั้งแต่เวลาเก้าโมงเช้า|ยกเว้นวันอาทิตย์และวันหยุดราชการ",
        "นายสมชาย ใจดี เกิดที่กรุงเทพ",
        "อายุ 35 ปี",
    ],
    "tr": [
        "Dr. Yılmaz 3. katta.|Asansör var.",
        "Örn. ekmek, peynir vb. getirin.|Teşekkürler.",
        "19. yüzyılda köydü.|Şimdi şehir.",
    ],
    "uk": [
        "Живе на вул. Лісовій, буд. 5.|Телефон є.",
        "Тобто у 2024 р. відкрили.|Вона велика.",
    ],
    "ur": [
        "کتب خانہ کھلا ہے۔|یہ بڑا ہے۔",
    ],
    "zh": [
        "图书馆每天开放。|星期日除外！|为什么？",
        "他说：“好。”|我走了。",
        "会议于星期一举行。|大家都来了！|谁没来？|没有人。",
    ],
}
UNSPACED = {"bo", "ja", "km", "my", "zh"}


@pytest.mark.parametrize(
    ("language", "sample"), [(language, one) for language, samples in SAMPLES.items() for one in samples]
)
def test_sentences_end_where_a_speaker_sees_it(language, sample):
    text = sample.replace("|", "" if language in UNSPACED else " ")
    assert [text[start:end] for start, end in sentences(text, language)] == sample.split("|")


def test_words_of_one_language_are_abbreviations_of_another():
    assert len(sentences("Ich helfe dir. Morgen geht es los.", "de")) == 2
    assert len(sentences("Zie blz. 3 of bijv. Bijlage 4.", "nl")) == 1
    assert len(sentences("Zie blz. 3 of bijv. Bijlage 4.", "de")) == 3


def test_a_paragraph_ends_a_sentence_whatever_stands_before():
    assert len(sentences("Das ist z. B.\n\nBrot.", "de")) == 2
