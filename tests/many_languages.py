"""Documents and questions in many languages."""

DOCUMENTS = {
    "ar": """تأسست جمعية الحي سنة 1998 على يد سبع عائلات.
    تفتح المكتبة أبوابها من الساعة التاسعة صباحا حتى الخامسة مساء ما عدا يوم الجمعة.
    الاشتراك السنوي في النادي هو أربعون دينارا للكبار ونصف ذلك للأطفال.
    يجب إعادة الكتب المستعارة خلال ثلاثة أسابيع.
    أمينة الصندوق هي ليلى منصور وتسكن في شارع النخيل.
    يمنع التدخين في قاعة الاجتماعات.""",
    "de": """Der Verein wurde 1998 von sieben Familien gegründet.
    Die Bücherei hat von 9 bis 17 Uhr geöffnet, sonntags nicht.
    Der Jahresbeitrag beträgt 40 Euro, für Kinder die Hälfte.
    Ausgeliehene Bücher sind innerhalb von drei Wochen zurückzugeben.
    Kassenwartin ist Lena Maurer, die in der Lindenstraße wohnt.
    Im Sitzungssaal ist das Rauchen verboten.""",
    "en": """The club was founded by seven families in 1998.
    The library opens at nine and closes at five, except on Sundays.
    Members pay a fee of 40 pounds a year, and children pay half.
    Borrowed books have to be returned within three weeks.
    The treasurer is Lena Mason, who lives in Linden Street.
    Smoking is forbidden in the meeting room.""",
    "es": """Siete familias fundaron el club en 1998.
    La biblioteca abre a las nueve y cierra a las cinco, menos los domingos.
    La cuota anual es de 40 euros y los niños pagan la mitad.
    Los libros prestados se devuelven en tres semanas.
    La tesorera es Elena Marín, que vive en la calle de los Tilos.
    Está prohibido fumar en la sala de reuniones.""",
    "fi": """Seitsemän perhettä perusti kerhon vuonna 1998.
    Kirjasto aukeaa yhdeksältä ja suljetaan viideltä, sunnuntaisin se on kiinni.
    Vuosimaksu on 40 euroa, ja lapset maksavat siitä puolet.
    Lainatut kirjat on palautettava kolmen viikon kuluessa.
    Rahastonhoitaja on Leena Mattila, joka asuu Lehmuskadulla.
    Tupakointi on kielletty kokoushuoneessa.""",
    "fr": """Le club a été fondé en 1998 par sept familles.
    La bibliothèque ouvre à neuf heures et ferme à dix-sept heures, sauf le dimanche.
    La cotisation annuelle est de 40 euros, les enfants en paient la moitié.
    Les livres empruntés doivent être rendus sous trois semaines.
    La trésorière est Hélène Marchand, qui habite rue des Tilleuls.
    Il est interdit de fumer dans la salle de réunion.""",
    "hi": """सात परिवारों ने 1998 में इस क्लब की स्थापना की।
    पुस्तकालय सुबह नौ बजे खुलता है और शाम पाँच बजे बंद होता है, रविवार को छोड़कर।
    सदस्यता का वार्षिक शुल्क चार सौ रुपये है और बच्चों के लिए आधा।
    उधार ली गई किताबें तीन सप्ताह के भीतर लौटानी होती हैं।
    कोषाध्यक्ष लीना माथुर हैं, जो नीम गली में रहती हैं।
    बैठक कक्ष में धूम्रपान मना है।""",
    "ja": """この会は1998年に七つの家族によって設立されました。
    図書館は午前九時に開き、午後五時に閉まります。日曜日は休みです。
    年会費は四千円で、子どもは半額です。
    借りた本は三週間以内に返してください。
    会計係は森山玲奈さんで、菩提樹通りに住んでいます。
    会議室での喫煙は禁止されています。""",
    "ko": """이 모임은 1998년에 일곱 가족이 설립했습니다.
    도서관은 아침 아홉 시에 열고 저녁 다섯 시에 닫으며 일요일에는 쉽니다.
    연회비는 사만 원이고 어린이는 절반만 냅니다.
    빌린 책은 삼 주 안에 반납해야 합니다.
    회계 담당자는 보리수길에 사는 임하나 씨입니다.
    회의실에서는 담배를 피울 수 없습니다.""",
    "pl": """Klub założyło w 1998 roku siedem rodzin.
    Biblioteka jest czynna od dziewiątej do siedemnastej, oprócz niedziel.
    Roczna składka wynosi 40 złotych, a dzieci płacą połowę.
    Wypożyczone książki należy zwrócić w ciągu trzech tygodni.
    Skarbniczką jest Lena Mazur, która mieszka przy ulicy Lipowej.
    W sali posiedzeń nie wolno palić.""",
    "ru": """Клуб основали в 1998 году семь семей.
    Библиотека открывается в девять и закрывается в пять, кроме воскресенья.
    Годовой взнос составляет 40 рублей, дети платят половину.
    Взятые книги нужно вернуть в течение трёх недель.
    Казначей — Елена Маркова, она живёт на Липовой улице.
    В зале заседаний курить запрещено.""",
    "sw": """Klabu ilianzishwa mwaka 1998 na familia saba za kijiji.
    Maktaba hufunguliwa saa tatu asubuhi na kufungwa saa kumi na moja jioni.
    Ada ya mwaka ni shilingi elfu nne, na watoto hulipa nusu.
    Vitabu vilivyoazimwa virudishwe ndani ya wiki tatu.
    Mweka hazina ni Lena Mwangi, anayeishi mtaa wa Mnazi.
    Kuvuta sigara ni marufuku katika chumba cha mikutano.""",
    "th": """สโมสรนี้ก่อตั้งขึ้นในปี 1998 โดยเจ็ดครอบครัว
    ห้องสมุดเปิดเก้าโมงเช้าและปิดห้าโมงเย็น ยกเว้นวันอาทิตย์
    ค่าสมาชิกรายปีคือสี่ร้อยบาท เด็กจ่ายครึ่งเดียว
    ต้องคืนหนังสือที่ยืมภายในสามสัปดาห์
    เหรัญญิกคือลีนา มณีรัตน์ ซึ่งอาศัยอยู่ถนนต้นโพธิ์
    ห้ามสูบบุหรี่ในห้องประชุม""",
    "tr": """Kulüp 1998 yılında yedi aile tarafından kuruldu.
    Kütüphane dokuzda açılır ve beşte kapanır, pazar günleri kapalıdır.
    Yıllık aidat 40 liradır, çocuklar yarısını öder.
    Ödünç alınan kitaplar üç hafta içinde geri verilmelidir.
    Sayman, Ihlamur Sokağı'nda oturan Lale Mutlu'dur.
    Toplantı salonunda sigara içmek yasaktır.""",
    "vi": """Câu lạc bộ được bảy gia đình thành lập năm 1998.
    Thư viện mở cửa lúc chín giờ và đóng cửa lúc năm giờ, trừ chủ nhật.
    Hội phí hằng năm là bốn trăm nghìn đồng, trẻ em trả một nửa.
    Sách mượn phải trả lại trong vòng ba tuần.
    Thủ quỹ là bà Lê Na Mai, sống ở phố Cây Đa.
    Cấm hút thuốc trong phòng họp.""",
    "zh": """俱乐部由七个家庭于1998年创立。
    图书馆上午九点开门，下午五点关门，星期日除外。
    每年的会费是四百元，儿童减半。
    借出的书必须在三个星期内归还。
    司库是马丽娜，她住在椴树街。
    会议室里禁止吸烟。""",
}
"""Six lines each: founders of the club, hours of the library, fee, lent books, treasurer, smoking."""
QUESTIONS = {
    "ar": ["من أسس الجمعية؟", "متى تفتح المكتبة؟", "كم الاشتراك السنوي؟", "متى يجب إعادة الكتاب؟",
           "من هي أمينة الصندوق؟", "هل يسمح بالتدخين في القاعة؟"],
    "de": ["Wer hat den Verein gegründet?", "Wann ist die Bücherei offen, auch sonntags?",
           "Wie hoch ist der Beitrag für ein Kind, und wie der Jahresbeitrag?",
           "Bis wann muss ich ein ausgeliehenes Buch zurückgeben?", "Wo wohnt die Kassenwartin?",
           "Darf man im Sitzungssaal rauchen?"],
    "en": ["Who founded the club?", "When does the library open?", "How much is the fee for members?",
           "When must I return a borrowed book?", "Where does the treasurer live?",
           "May I smoke in the meeting room?"],
    "es": ["¿Quién fundó el club?", "¿A qué hora abren las bibliotecas?", "¿Cuánto es la cuota de un niño?",
           "¿Cuándo hay que devolver un libro prestado?", "¿Dónde vive la tesorera?",
           "¿Se puede fumar en la reunión?"],
    "fi": ["Kuka perusti kerhon?", "Milloin kirjasto aukeaa?", "Kuinka suuri on vuosimaksu?",
           "Milloin lainattu kirja on palautettava?", "Missä rahastonhoitaja asuu?",
           "Onko tupakointi kielletty?"],
    "fr": ["Qui a fondé le club ?", "À quelle heure ouvrent les bibliothèques ?",
           "Combien coûte la cotisation d'un enfant ?", "Quand faut-il rendre un livre emprunté ?",
           "Où habite la tresoriere ?", "Est-il interdit de fumer pendant les réunions ?"],
    "hi": ["क्लब की स्थापना किसने की?", "पुस्तकालय कब खुलता है?", "वार्षिक शुल्क कितना है?",
           "उधार की किताब कब लौटानी है?", "कोषाध्यक्ष कौन हैं?", "क्या कक्ष में धूम्रपान कर सकते हैं?"],
    "ja": ["会を設立したのは誰ですか？", "図書館は何時に開きますか？", "年会費はいくらですか？",
           "借りた本はいつまでに返しますか？", "会計係はどこに住んでいますか？", "会議室で喫煙できますか？"],
    "ko": ["누가 모임을 설립했습니까?", "도서관은 언제 엽니까?", "연회비는 얼마입니까?",
           "빌린 책을 언제 반납해야 하나요?", "회계 담당자는 누구입니까?",
           "회의실에서 담배를 피워도 됩니까?"],
    "pl": ["Kto założył klub?", "Kiedy biblioteki są czynne?", "Ile wynosi składka dla dziecka?",
           "Kiedy trzeba zwrócić książkę?", "Gdzie mieszka skarbniczka?",
           "Czy w sali posiedzeń można palić?"],
    "ru": ["Кто основал клуб?", "Во сколько открываются библиотеки?", "Какой годовой взнос платят дети?",
           "Когда надо вернуть книгу?", "Где живёт казначей?", "Можно ли курить в зале заседаний?"],
    "sw": ["Nani alianzisha klabu hii mwaka 1998?", "Maktaba hufunguliwa saa ngapi?",
           "Ada ni shilingi ngapi?",
           "Vitabu virudishwe lini?", "Nani ni mweka hazina?", "Je, kuvuta sigara ni marufuku?"],
    "th": ["ใครก่อตั้งสโมสร", "ห้องสมุดเปิดเมื่อไร", "ค่าสมาชิกเท่าไร", "ต้องคืนหนังสือเมื่อไร",
           "เหรัญญิกคือใคร", "สูบบุหรี่ในห้องประชุมได้ไหม"],
    "tr": ["Kulübü kim kurdu?", "Kütüphaneler ne zaman açılır?", "Çocuklar için aidat ne kadar?",
           "Ödünç kitabı ne zaman geri vermeliyim?", "Sayman nerede oturuyor?",
           "Toplantıda sigara yasak mı?"],
    "vi": ["Ai thành lập câu lạc bộ?", "Thư viện mở cửa khi nào?", "Hội phí hằng năm là bao nhiêu?",
           "Khi nào phải trả sách mượn?", "Thủ quỹ là ai?", "Có được hút thuốc trong phòng họp không?"],
    "zh": ["俱乐部是谁创立的？", "图书馆什么时候开门？", "会费是多少？", "借书多久归还？", "司库是谁？",
           "会议室可以吸烟吗？"],
}  # fmt: skip
"""A question for each line, in other forms of its words."""
LINES = {code: [line.strip() for line in text.splitlines()] for code, text in DOCUMENTS.items()}
