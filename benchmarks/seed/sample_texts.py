"""Sample texts for the sessions of a seeded database. The placeholders `{host}`, `{code}` and
`{word}` become names that occur in few sessions."""

PROBLEMS = {
    "Email": [
        "Outlook shows no new mail since this morning",
        "The shared mailbox is not in the folder list any more",
        "Attachments above ten megabytes come back",
        "Outlook asks for the password again and again",
    ],
    "VPN": [
        "The VPN keeps disconnecting every few minutes",
        "The VPN client says the gateway does not answer",
        "No shared drives while the VPN is connected",
    ],
    "Printing": [
        "The printer on the second floor prints blank pages",
        "Print jobs stay in the queue and nothing comes out",
        "The label printer skips every other label",
        "Scanning to a folder fails with an access error",
    ],
    "Networking": [
        "No network at the desk by the window",
        "The whole floor loses the network for a minute now and then",
        "The switch port stays dark after the move",
    ],
    "Wi-Fi": [
        "Wireless drops in the large meeting room",
        "The laptop sees the guest network alone",
    ],
    "Identity": [
        "The second factor is never sent to the phone",
        "The account is locked out again after the password change",
        "A new colleague cannot sign in on the first day",
    ],
    "Hardware": [
        "Blue screen when the laptop is put into the dock",
        "The external monitor stays black",
        "The battery is empty after half an hour",
    ],
    "Performance": [
        "The computer takes ten minutes until one can work",
        "The ledger application freezes when a report is opened",
    ],
    "Storage": ["The disk is full and nothing can be saved"],
    "File Services": [
        "The shared drive is missing after the restart",
        "Files do not synchronise between two computers",
    ],
    "Collaboration": [
        "Calls have no sound on the headset",
        "The camera is black in meetings",
    ],
    "Security": ["Somebody clicked a link in a strange message"],
    "Software": ["The new version cannot be installed without rights"],
    "Browsers": ["The intranet page stays white in the browser"],
}

USER_SENTENCES = [
    "It began after the update of last night.",
    "A restart has not changed anything.",
    "The colleague next to me has the same on {host}.",
    "It says error {code} and closes.",
    "I am on {host} and have no rights to install.",
    "It worked yesterday, today nothing happens.",
    "That helped for a moment, then it came back.",
    "The light on the front is amber.",
    "I have tried another cable and another port.",
    "The customer waits for this, please be quick.",
    "It happens about every ten minutes.",
    "The list is empty now.",
    "Done, it is the same as before.",
    "I see {word} in the settings, is that right?",
    "The log has a line with {code} and {word}.",
    "Only this one user is affected.",
    "All of the department is affected.",
    "Yes, that is what it shows.",
    "No, there is nothing of that kind.",
    "After signing in again it looks better.",
]

ASSISTANT_SENTENCES = [
    "Open the settings and look whether {word} is switched on.",
    "Please restart the service and watch the log for {code}.",
    "Compare the address of {host} with the one in the directory.",
    "Clear the cache of the application and sign in again.",
    "Check the cable, then the port of the switch, then the adapter.",
    "Run the repair of the installation and keep the profile.",
    "A stale credential would explain this; remove it from the vault.",
    "The certificate may have expired: look at its dates.",
    "Let us rule out the network first: does the gateway answer?",
    "Renew the lease and flush the resolver.",
    "The driver of {word} is known to do this; take the previous one.",
    "Ask the user to try in a private window without extensions.",
    "Give the queue a moment, then delete what is stuck in it.",
    "Measure the free space, the largest folders are usually logs.",
    "If the error is {code}, the policy has not been applied yet.",
    "Unlock the account and look where the wrong password comes from.",
    "Note the result in the ticket before going on.",
    "Take the device out of the dock and see whether it stays.",
    "Everything points to the profile; make a new one to compare.",
    "That is a good sign. Let it run for a quarter of an hour.",
    "Roll the update back on {host} alone, not on all of them.",
    "Look at the time of the machine: it must not differ by minutes.",
]

RESOLUTIONS = [
    "A stale credential was removed from the vault.",
    "The driver was taken back to the previous version.",
    "The certificate had expired and was renewed.",
    "The profile was made anew, {word} is switched off.",
    "The port of the switch was faulty; {host} is on another one now.",
    "The policy with {code} was applied by hand.",
]

ESCALATION_REASONS = [
    "Needs rights on the directory that the desk does not have.",
    "Several sites are affected, error {code}.",
    "The supplier has to look at {host}.",
]

SYLLABLES = ["ba", "cor", "den", "fi", "gra", "hol", "in", "ka", "lum", "mor", "net", "or", "pa"]
SYLLABLES += ["qui", "ras", "sol", "tem", "ul", "vex", "wi", "zan"]


def build_vocabulary() -> dict[str, list[str]]:
    problems = [(text, domain) for domain, texts in PROBLEMS.items() for text in texts]
    return {
        "problem": [text for text, _ in problems],
        "domain": [domain for _, domain in problems],
        "said": USER_SENTENCES,
        "answered": ASSISTANT_SENTENCES,
        "resolved": RESOLUTIONS,
        "reason": ESCALATION_REASONS,
        "syllable": SYLLABLES,
    }
