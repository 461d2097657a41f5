"""What prospects write back, and what comes into the mailbox besides."""

# Those who answer a mail in their own words.
REPLIES = (
    "Thanks for asking. It is easier to explain on the phone: can somebody call me this week?",
    "We are looking at this together with our finance director. What would you need to know to make an offer?",
    "Interesting, but not before our new budget. Please get in touch with me about it.",
    "Who of you could show us how it works? Thirty minutes would do.",
    "Sorry for the late answer. Yes, it is still on. What are the next steps?",
    "I have passed this on to my colleague, who decides about it. She has a few questions on the price.",
)
# Those who have answered by a link, and add something.
ADDED = (
    "I have clicked what fits best. Could you send me the names of two customers in our trade?",
    "Done, see the link. One question: how long does it take until it runs?",
    "Answered. Please call in the afternoon if you can, the mornings are full here.",
)
STOP = "Please remove me from your list."
AWAY = (
    "I am out of the office until Monday with no access to my mail. In urgent cases please write to my colleagues.",
    "Thank you for your message. I am on vacation and will answer when I am back.",
    "Ich bin derzeit nicht im Büro und lese meine Mails erst ab nächster Woche wieder.",
)
# Sender, subject, text.
FROM_NOBODY = (
    ("Office Supplies Direct <offers@supplies.example>", "Paper and toner, 15 % off", "Only this week."),
    (
        "J. Whitfield <jwhitfield@home.example>",
        "Your mail to my work address",
        "I write from home. We would like to see how it works. When would you have time?",
    ),
    ("Trade Fair Office <stand@fair.example>", "Your stand in spring", "Please confirm the size of your stand."),
    (
        "Priya N. <priya@studio.example>",
        "Fwd: One question",
        "A colleague sent me your mail. We have the same problem here: what does it cost for twelve people?",
    ),
)
# What browsers call themselves, and a program that looks mails through before people get them.
BROWSER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36"
SCANNER = "Mozilla/5.0 (compatible; Mimecast Link Scanner)"
