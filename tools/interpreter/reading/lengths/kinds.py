"""Which kinds of phrases matter where; `languages/en.toml` says what each kind is."""

#: Without one of these a language can say nothing about time.
ANCHORS = frozenset(
    ("unit", "alone", "clock", "unread", "day", "period", "oclock", "oclock_behind", "until")
) | {"until_behind", "part_of_day", "between"}
#: What makes a reading; all others only take part in one.
MAKING = frozenset(
    ("unit", "alone", "plus", "part", "and", "vague", "whole", "unread", "clock", "oclock")
) | {"oclock_behind", "until", "until_behind", "from", "from_behind", "between", "in"}
#: What a length begins with; a number in digits is a "number" here and below.
LENGTH = frozenset(("number", "beginning", "one", "vague", "part", "alone", "unit", "next"))
LENGTH |= {"multiple"}
#: What a time of day, or an interval, begins with.
MOMENT = frozenset(("number", "beginning", "hour", "clock", "clock_before", "day", "period"))
MOMENT |= {"at", "oclock", "article", "between"}
END = MOMENT | {"until", "from", "open", "limit", "part_of_day", "month"}
START = MOMENT | {"from", "from_day", "start", "in", "now", "month"}
#: What may stand between a number of things and how long each of them is.
PRODUCT = frozenset(("product", "product_each"))
#: What may follow digits that say something about time.
BEHIND_DIGITS = PRODUCT | frozenset(
    ("unit", "alone", "fill", "half", "half_hour", "oclock_behind", "to", "or", "and", "plus")
)
BEHIND_DIGITS |= {"part", "of", "repeat", "period", "day", "of_day", "month", "until_behind"}
BEHIND_DIGITS |= {"from_behind", "between_behind", "clock_behind", "object", "vague_inside"}
BEHIND_DIGITS |= {"year_mark", "month_mark", "day_mark", "minute_behind"}
