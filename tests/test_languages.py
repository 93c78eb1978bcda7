"""Which language a text is in: ``index/languages.py``."""

import subprocess
import sys

import pytest

from index.errors import SettingsError
from index.languages import NAMES, code_of, detect, detector, is_english


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ar", "تفتح المكتبة أبوابها كل يوم من الساعة التاسعة صباحا ما عدا يوم الجمعة."),
        ("cs", "Knihovna je otevřena každý den kromě neděle od devíti hodin ráno."),
        ("de", "Die Bücherei hat jeden Tag außer sonntags ab neun Uhr geöffnet."),
        ("el", "Η βιβλιοθήκη είναι ανοιχτή."),
        ("en", "The library is open every day but Sunday from nine o'clock in the morning."),
        ("es", "La biblioteca abre todos los días menos el domingo a partir de las nueve."),
        ("fa", "کتابخانه هر روز به جز جمعه‌ها از ساعت نه صبح باز است و می‌توانید کتاب بگیرید."),
        ("fi", "Kirjasto on avoinna joka päivä paitsi sunnuntaisin kello yhdeksästä alkaen."),
        ("fr", "La bibliothèque est ouverte tous les jours sauf le dimanche à partir de neuf heures."),
        ("he", "הספרייה פתוחה"),
        ("hi", "पुस्तकालय रविवार को छोड़कर हर दिन सुबह नौ बजे खुलता है।"),
        ("it", "La biblioteca è aperta tutti i giorni tranne la domenica a partire dalle nove."),
        ("ja", "図書館は毎日開いています。"),
        ("ja", "カレンダー"),
        ("ko", "도서관은 매일 문을 엽니다"),
        ("km", "បណ្ណាល័យ"),
        ("nl", "De bibliotheek is elke dag behalve zondag vanaf negen uur geopend."),
        ("pl", "Biblioteka jest czynna codziennie oprócz niedzieli od godziny dziewiątej."),
        ("pt", "A biblioteca está aberta todos os dias, exceto aos domingos, a partir das nove horas."),
        ("ru", "Библиотека открыта каждый день, кроме воскресенья, с девяти часов утра."),
        ("sv", "Biblioteket är öppet varje dag utom på söndagar från klockan nio på morgonen."),
        ("th", "ห้องสมุดเปิดทุกวัน"),
        ("tr", "Kütüphane pazar günleri dışında her gün saat dokuzdan itibaren açıktır."),
        ("uk", "Бібліотека відчинена щодня, крім неділі, з дев'ятої години ранку."),
        ("vi", "Thư viện mở cửa mỗi ngày trừ chủ nhật từ chín giờ sáng."),
        ("zh", "图书馆每天开放，星期日除外。"),
        ("zh", "使用 iPhone 的用戶"),
    ],
)
def test_a_sentence_tells_its_language(language, text):
    assert detect(text, "?") == language


@pytest.mark.parametrize("text", ["", "4401", "Total: 12", "Anna Archer", "ул. Лесная, 5", "🙂 — !"])
def test_what_tells_nothing_is_in_the_language_of_what_surrounds_it(text):
    assert detect(text, "sv") == "sv"
    assert detect(text) == "en"


def test_names_of_another_script_do_not_decide():
    text = "The word 会议 means a meeting, and it is written with two characters."
    assert detect(text, "?") == "en"


def test_a_language_is_named_by_name_or_code():
    assert code_of("german") == code_of("German ") == code_of("de") == "de"
    assert code_of("auto") == "auto"
    assert len(NAMES) == len(set(NAMES.values()))
    with pytest.raises(SettingsError, match=r"^lexical\.language: there is no 'klingon'\. There are: auto"):
        code_of("klingon")


def test_a_named_language_is_that_of_every_text():
    assert detector("finnish")("The library is open every day of the week.", "en") == "fi"
    assert detector("auto")("The library is open every day of the week.", "fi") == "en"


def test_scripts_of_one_language_need_no_model():
    code = "import sys; from index.languages import detect; detect('图书'); print('py3langid' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out == "False\n"


@pytest.mark.parametrize(
    ("question", "english"),
    [
        ("Who keeps the key to the shed?", True),
        ("wifi password?", True),
        ("what’s the wi-fi called", True),
        ("dogs allowed in the Föhr cottage?", True),
        ("2026", True),
        ("Wer hat den Schlüssel zum Schuppen?", False),
        ("combien pour un étudiant", False),
        ("şifre?", False),
        ("пароль от вайфая", False),
        ("谁有钥匙？", False),
        ("Wi-Fi のパスワードは？", False),
    ],
)
def test_a_question_shows_whether_it_is_english(question: str, english: bool):
    assert is_english(question) == english
