"""Money, units, dates, times, counts and digits in, English words out, for the operators' foreign callers.

British throughout, as on a European line: "two hundred and five crowns", "the fourteenth of March". num2words
gives cardinals, ordinals and years; its commas are left out, since a voice would pause there. A time has its
part of the day in words ("two thirty in the afternoon"): "p.m." is two letters that a narrow band swallows.
"""

from __future__ import annotations

from datetime import date, time

from babel import Locale
from num2words import num2words

from ivr.money import Money
from ivr.speech.names import spoken_name
from ivr.speech.numbers import Case, Gender, Grouping, data_size, phone_parts, spelled
from ivr.units import Units

__all__ = ["EnglishSpeller"]

_MONTHS = Locale("en").months["format"]["wide"]
_WEEKDAYS = Locale("en").days["format"]["wide"]
_HOME = 420  # the operators whose lines speak English are Czech
_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_SIGNS = {"/": "slash", "-": "dash", "*": "star", "#": "hash"}
_IN_NAMES = {"/": "slash", "+": "plus", "&": "and", "%": "percent", ";-)": "smiley"}
_CURRENCIES = {"CZK": ("crown", "heller"), "EUR": ("euro", "cent")}
_MESSAGES = {"sms": "text message", "mms": "picture message"}


class EnglishSpeller:
    """English; follows `ivr.speech.numbers.Speller`. Gender and case change nothing."""

    def cardinal(self, number: int, gender: Gender = "masculine", case: Case = "nominative") -> str:
        """A whole number of up to twelve digits: 234 is "two hundred and thirty-four"."""
        if abs(number) >= 10**12:
            raise ValueError("a number of more than twelve digits cannot be said")
        words: str = num2words(abs(number), lang="en")
        return ("minus " if number < 0 else "") + words.replace(",", "")

    def money(self, amount: Money, case: Case = "nominative") -> str:
        """Crowns and hellers, euros and cents, "and" between; zero is "zero crowns"."""
        if amount.currency not in _CURRENCIES:
            known = " and ".join(_CURRENCIES)
            raise ValueError(f"{amount.currency} cannot be said in English, only {known}")
        whole, part = _CURRENCIES[amount.currency]
        negative, wholes, parts = amount.parts
        said = [self._counted(wholes, whole)] if wholes or not parts else []
        if parts:
            said.append(self._counted(parts, part))
        return ("minus " if negative else "") + " and ".join(said)

    def units(self, amount: Units, case: Case = "nominative") -> str:
        """Minutes and seconds, text and picture messages, or data with one decimal ("one point five")."""
        if amount.unit == "kilobytes":
            size = data_size(amount.amount)
            noun = size.unit.removesuffix("s")
            if not size.tenth:
                return self._counted(size.whole, noun)
            return f"{self.cardinal(size.whole)} point {_DIGITS[size.tenth]} {noun}s"
        if amount.unit != "seconds":
            return self._counted(amount.amount, _MESSAGES[amount.unit])
        minutes, seconds = divmod(amount.amount, 60)
        said = [self._counted(minutes, "minute")] if minutes or not seconds else []
        if seconds:
            said.append(self._counted(seconds, "second"))
        return " and ".join(said)

    def percent(self, number: int, case: Case = "nominative") -> str:
        """53 is "fifty-three percent"."""
        return f"{self.cardinal(number)} percent"

    def date(self, day: date, year: bool = True, weekday: bool = False) -> str:
        """14 March 2027 is "the fourteenth of March twenty twenty-seven"; `weekday`: "on Sunday the …"."""
        said = f"on {_WEEKDAYS[day.weekday()]} " if weekday else ""
        said += f"the {num2words(day.day, lang='en', to='ordinal')} of {_MONTHS[day.month]}"
        return f"{said} {_year(day.year)}" if year else said

    def time(self, moment: time, case: Case = "nominative", at: bool = False) -> str:
        """14:30 is "two thirty in the afternoon", 9:00 "nine o'clock in the morning"."""
        return ("at " if at else "") + self._clock(moment.hour, moment.minute)

    def digits(self, text: str, groups: Grouping = "threes") -> str:
        """Digit by digit: "two two two, eight five two, two nine two"; ``/`` is "slash", ``*`` "star"."""
        return spelled(text, groups, _SIGNS, _DIGITS)

    def phone(self, number: str) -> str:
        """A Czech number is read as nine digits, any other with "plus" and its country before it."""
        country, national = phone_parts(number, _HOME)
        return f"plus {self.digits(country)}, {self.digits(national)}" if country else self.digits(national)

    def name(self, text: str) -> str:
        """A product: "DATA one hundred and fifty", "CallPro smiley", "one hundred text messages"."""
        return spoken_name(text, self, _IN_NAMES)

    def in_sentence(self, words: str) -> str:
        """Neighbours change nothing."""
        return words

    def _clock(self, hour: int, minute: int) -> str:
        said = self.cardinal((hour - 1) % 12 + 1)
        if minute:
            said += f" oh {_DIGITS[minute]}" if minute < 10 else f" {self.cardinal(minute)}"
        elif hour % 12:
            said += " o'clock"
        else:
            return f"{said} noon" if hour else f"{said} midnight"
        return f"{said} {_part_of_day(hour)}"

    def _counted(self, number: int, noun: str) -> str:
        return f"{self.cardinal(number)} {noun}{'' if number == 1 else 's'}"


def _year(year: int) -> str:
    """In pairs, as years are said ("twenty twenty-seven"), but "two thousand and five"."""
    return str(num2words(year, lang="en", to="cardinal" if year % 1000 < 10 else "year"))


def _part_of_day(hour: int) -> str:
    if hour == 0 or hour >= 22:
        return "at night"
    if hour < 12:
        return "in the morning"
    return "in the afternoon" if hour < 18 else "in the evening"
