"""A text in, the dates in it as people say them out: who asks for 5 March means 2024-03-05 too."""

import re
from collections.abc import Iterator

_DATE = re.compile(
    r"(?<!\d)(?:(?P<y>\d{4})-(?P<m>0[1-9]|1[0-2])-(?P<d>0[1-9]|[12]\d|3[01])"
    r"|(?P<day>0?[1-9]|[12]\d|3[01])\.(?P<month>0?[1-9]|1[0-2])\.(?P<year>\d{4}))(?!\d)"
)
_YEAR = re.compile(r"\d{4}")  # which most texts without a date are soon known by
_PARTS = ("y", "year"), ("m", "month"), ("d", "day")
AS_SAID = {
    "ar": ("{day} {month} {year}",
           "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر"),
    "cs": ("{day}. {month} {year}",
           "ledna února března dubna května června července srpna září října listopadu prosince"),
    "da": ("{day}. {month} {year}",
           "januar februar marts april maj juni juli august september oktober november december"),
    "de": ("{day}. {month} {year}",
           "Januar Februar März April Mai Juni Juli August September Oktober November Dezember"),
    "el": ("{day} {month} {year}",
           "Ιανουαρίου Φεβρουαρίου Μαρτίου Απριλίου Μαΐου Ιουνίου Ιουλίου Αυγούστου Σεπτεμβρίου "
           "Οκτωβρίου Νοεμβρίου Δεκεμβρίου"),
    "en": ("{day} {month} {year}",
           "January February March April May June July August September October November December"),
    "es": ("{day} de {month} de {year}",
           "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"),
    "fi": ("{day}. {month} {year}",
           "tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta heinäkuuta elokuuta "
           "syyskuuta lokakuuta marraskuuta joulukuuta"),
    "fr": ("{day} {month} {year}",
           "janvier février mars avril mai juin juillet août septembre octobre novembre décembre"),
    "hi": ("{day} {month} {year}",
           "जनवरी फरवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर अक्टूबर नवंबर दिसंबर"),
    "hu": ("{year}. {month} {day}.",
           "január február március április május június július augusztus szeptember október november "
           "december"),
    "id": ("{day} {month} {year}",
           "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember"),
    "it": ("{day} {month} {year}",
           "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre "
           "dicembre"),
    "ja": ("{year}年{month}{day}日", "1月 2月 3月 4月 5月 6月 7月 8月 9月 10月 11月 12月"),
    "ko": ("{year}년 {month} {day}일", "1월 2월 3월 4월 5월 6월 7월 8월 9월 10월 11월 12월"),
    "nl": ("{day} {month} {year}",
           "januari februari maart april mei juni juli augustus september oktober november december"),
    "no": ("{day}. {month} {year}",
           "januar februar mars april mai juni juli august september oktober november desember"),
    "pl": ("{day} {month} {year}",
           "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października "
           "listopada grudnia"),
    "pt": ("{day} de {month} de {year}",
           "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro"),
    "ro": ("{day} {month} {year}",
           "ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie "
           "decembrie"),
    "ru": ("{day} {month} {year}",
           "января февраля марта апреля мая июня июля августа сентября октября ноября декабря"),
    "sv": ("{day} {month} {year}",
           "januari februari mars april maj juni juli augusti september oktober november december"),
    "th": ("{day} {month} {year}",
           "มกราคม กุมภาพันธ์ มีนาคม เมษายน พฤษภาคม มิถุนายน กรกฎาคม สิงหาคม กันยายน ตุลาคม "
           "พฤศจิกายน ธันวาคม"),
    "tr": ("{day} {month} {year}",
           "Ocak Şubat Mart Nisan Mayıs Haziran Temmuz Ağustos Eylül Ekim Kasım Aralık"),
    "uk": ("{day} {month} {year}",
           "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня"),
    "vi": ("{day} {month} {year}",
           "tháng-1 tháng-2 tháng-3 tháng-4 tháng-5 tháng-6 tháng-7 tháng-8 tháng-9 tháng-10 "
           "tháng-11 tháng-12"),
    "zh": ("{year}年{month}{day}日", "1月 2月 3月 4月 5月 6月 7月 8月 9月 10月 11月 12月"),
}  # fmt: skip
"""How a date is said in each language, and its months."""


def spelled(text: str, *languages: str) -> Iterator[str]:
    """Each date in digits, as 2024-03-05 or 5.3.2024, in words: "5 March 2024"; by default in English."""
    if not _YEAR.search(text):
        return
    known = [code for code in dict.fromkeys(languages) if code in AS_SAID] or ["en"]
    for found in _DATE.finditer(text):
        for code in known:
            yield _said(found, code)


def in_words(text: str, language: str) -> str:
    """A text whose dates in digits are said in words, in English where a language's words are not known."""
    return _DATE.sub(lambda found: _said(found, language if language in AS_SAID else "en"), text)


def _said(found: re.Match[str], language: str) -> str:
    year, month, day = (found[one] or found[other] for one, other in _PARTS)
    said, months = AS_SAID[language]
    return said.format(day=int(day), month=months.split()[int(month) - 1], year=year)
