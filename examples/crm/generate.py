#!/usr/bin/env python3
"""Writes the CSV files of this folder: a year of an invented company's customer records.

Nothing here is about anybody. Customers' names are put together from two lists, phone numbers are from the ranges that
are reserved for fiction (555-0100 to 555-0199), e-mail addresses end in example.com, example.org or example.net, places
and tax numbers do not exist. The same seed gives the same files, byte for byte, with any Python 3.

    python3 generate.py            writes the files
    python3 generate.py --check    compares them, exit status 1 where one differs
"""
import csv
import datetime
import io
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
FIRST, LAST, HERO = 10001, 10200, 10017


class Dice:
    """A generator of our own (64-bit LCG, Knuth's MMIX constants), so that no Python version changes the files."""

    def __init__(self, seed):
        self.state = seed

    def below(self, n):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 33) % n

    def one_of(self, items):
        return items[self.below(len(items))]

    def chance(self, percent):
        return self.below(100) < percent


dice = Dice(1017)

PEOPLE = [  # id, department, role, clearance
    ("ada.wren", "sales", "head", 5), ("ben.corley", "sales", "clerk", 3), ("cleo.march", "sales", "clerk", 3),
    ("dov.linden", "sales", "clerk", 3), ("eva.thorne", "service", "head", 5), ("finn.oakes", "service", "agent", 2),
    ("gia.rowan", "service", "agent", 2), ("hal.sedge", "information", "head", 7), ("ines.vale", "information", "archivist", 6),
    ("jon.birch", "information", "analyst", 5), ("kai.holm", "leadership", "director", 8), ("lea.frost", "audit", "auditor", 7),
]
CLERKS = ["ben.corley", "cleo.march", "dov.linden"]
DEVICES = {p[0]: "lap-%02d" % (i + 1) for i, p in enumerate(PEOPLE)}
PARTNERS = [("parcelwise", "Parcelwise Couriers (invented)"), ("inkwell", "Inkwell Mailing House (invented)"),
            ("tallybook", "Tallybook Accounting (invented)")]
GIVEN = "Aster Bramble Clover Dandel Ember Fennel Gorse Hazel Indigo Juniper Kestrel Larkspur Meadow Nettle Ochre Pebble".split()
FAMILY = "Quillfeather Marrowby Tumblewick Oddsworth Pinderfold Wetherglen Snickleby Umberton Fiddlecombe Larchmoor".split()
TRADE = "Tools Textiles Bakery Bicycles Instruments Lamps Pottery Seeds Stationery Tea".split()
STREETS = "Placeholder Sample Specimen Dummy Example".split()
TOWNS = "Nowhereton Fictionby Mockford Inventham Pretendwick".split()
CHANNELS = ["counter", "telephone", "web-form", "fair"]
START = datetime.datetime(2024, 1, 8, 8, 0)
END = datetime.datetime(2024, 12, 20, 17, 30)

files = {}  # name -> (header, [(moment, cells)])
used = set()


def row(name, header, *cells):
    """Adds a row to a file; its first use fixes the header. The cell that is a time orders the file."""
    moment = next(c for c in cells if isinstance(c, datetime.datetime))
    texts = ["" if c is None else at(c) if isinstance(c, datetime.datetime) else str(c) for c in cells]
    files.setdefault(name, (header.split(","), []))[1].append((moment, texts))


def reference(kind):
    """The number of a document. It must not tell the customer's number, for it stands readable in the ledger."""
    while True:
        name = "%s-%05d" % (kind, dice.below(100000))
        if name not in used:
            used.add(name)
            return name


def office_hours(earliest, latest):
    """A moment on a working day between the two."""
    span = max(1, int((latest - earliest).total_seconds()) // 60)
    moment = earliest + datetime.timedelta(minutes=dice.below(span))
    moment = moment.replace(hour=8 + dice.below(9), minute=dice.below(60), second=0)
    while moment.weekday() > 4 or moment < earliest:
        moment += datetime.timedelta(days=1)
    return moment


def at(moment):
    return moment.strftime("%d.%m.%Y %H:%M")


def day(text):
    return datetime.datetime.strptime(text, "%Y-%m-%d %H:%M")


def phone():
    return "+1-%d-555-01%02d" % (dice.one_of([202, 303, 404, 505, 606]), dice.below(100))


def email(name):
    return "%s@example.%s" % (name.lower().replace(" ", "."), dice.one_of(["com", "org", "net"]))


def address():
    return "%d %s Street, %05d %s" % (1 + dice.below(180), dice.one_of(STREETS), dice.below(100000), dice.one_of(TOWNS))


ORGANISATION = "when,what,id,label,department,role,clearance,extra"
CONTACTS = "customer,first_contact,clerk,channel,kind,basis,name,representative,phone,email,address,tax_id,fax,remark"
CHANGES = "no,customer,changed_at,by,channel,phone,email,address,fax,remark"
CARE = "customer,when,what,who,value"
CONSENTS = "customer,when,what,document,purposes,fields,until,clerk"
REQUESTS = "when,what,request,by,kind,purpose,fields,customers,until,recipient,level,grant"
ACCESSES = "no,customer,when,user,mode,fields,step,grant,purpose,device,site,operation,copied_to,count"
SHARES = "customer,when,what,share,partner,fields,by,until,means,way,witness"
ERASURES = "customer,when,what,reference,cause,fields,holders,by,method"

def organisation():
    begin = START
    for name, kind in [("information", "information"), ("sales", "sales"), ("service", "service"),
                       ("leadership", "leadership"), ("audit", "audit")]:
        row("00-organisation.csv", ORGANISATION, begin, "department", name, name.capitalize(), None, kind, None, None)
    for person, department, role, clearance in PEOPLE:
        full = " ".join(part.capitalize() for part in person.split("."))
        row("00-organisation.csv", ORGANISATION, begin, "person", person, full, department, role, clearance, None)
    for step, owner, department in [("intake", "ada.wren", "sales"), ("service", "eva.thorne", "service"),
                                    ("analysis", "jon.birch", "information"), ("dispatch", "ines.vale", "information"),
                                    ("archive", "hal.sedge", "information")]:
        row("00-organisation.csv", ORGANISATION, begin, "step", step, step.capitalize(), department, None, None, owner)
    for partner, label in PARTNERS:
        row("00-organisation.csv", ORGANISATION, begin, "partner", partner, label, None, "processor", None, "zz")
        row("00-organisation.csv", ORGANISATION, begin, "agreement", "dpa-" + partner, None, None, None, None, partner)


def first_contact(customer, moment, clerk, channel, kind, name, representative, number_of_phone, fax, remark):
    row("10-first-contacts.csv", CONTACTS, customer, moment, clerk, channel, kind, "contract", name, representative,
        number_of_phone, email(representative), address(), "ZZ-%09d" % (int(customer[2:]) * 7919), fax, remark)


def change(customer, moment, by, channel, **fields):
    row("20-changes.csv", CHANGES, customer, moment, by, channel, fields.get("phone"),
        fields.get("email"), fields.get("address"), fields.get("fax"), fields.get("remark"))


def access(customer, moment, user, mode, fields, step, grant=None, purpose="service", operation=None, copied_to=None):
    row("50-accesses.csv", ACCESSES, customer, moment, user, mode, fields, step, grant, purpose,
        DEVICES[user], "hq-%df" % (1 + dice.below(3)), operation, copied_to, None)


def close_operation(operation, moment, user, count):
    row("50-accesses.csv", ACCESSES, None, moment, user, "closed", None, "analysis", None, None,
        DEVICES[user], "hq-2f", operation, None, count)


def request(moment, applicant, kind, purpose, fields, customers, until, recipient=None, rejected=False):
    """Application, decision and, where it is granted, filing; the grant's number or None."""
    name = reference("rq")
    row("40-requests.csv", REQUESTS, moment, "submitted", name, applicant, kind, purpose, fields,
        " ".join(customers), until, recipient, None, None)
    department = dict((p[0], p[1]) for p in PEOPLE)[applicant]
    head = {"sales": "ada.wren", "service": "eva.thorne"}.get(department, "hal.sedge")
    if head == applicant:
        head = "kai.holm"
    moment += datetime.timedelta(hours=3)
    row("40-requests.csv", REQUESTS, moment, "rejected" if rejected else "approved", name, head, *[None] * 6,
        "department", None)
    if rejected:
        return name, None
    if kind == "share":
        row("40-requests.csv", REQUESTS, moment + datetime.timedelta(hours=1), "approved", name, "kai.holm",
            *[None] * 6, "leadership", None)
    grant = name.replace("rq", "gr")
    row("40-requests.csv", REQUESTS, moment + datetime.timedelta(hours=2), "filed", name, "ines.vale", *[None] * 7, grant)
    return name, grant


def share(customer, moment, share_id, partner, fields, until, way=None):
    """Handed out, confirmed a day later and, where `way` says so, ended a month later."""
    row("60-shares.csv", SHARES, customer, moment, "shared", share_id, partner, fields, "ines.vale", until,
        "encrypted-file", None, None)
    row("60-shares.csv", SHARES, customer, moment + datetime.timedelta(hours=5), "received", share_id, partner, None,
        "ines.vale", None, None, None, None)
    if way:
        row("60-shares.csv", SHARES, customer, moment + datetime.timedelta(days=28), "ended", share_id, partner, None,
            "ines.vale", None, None, way, "hal.sedge")


def consent(customer, moment, clerk):
    row("30-consents.csv", CONSENTS, customer, moment, "notice", "nt-2024-1", "service;mailing",
        "name;phone;email;address", None, clerk)
    if dice.chance(70):
        document = reference("cs")
        row("30-consents.csv", CONSENTS, customer, moment + datetime.timedelta(minutes=4), "consent", document,
            "mailing", "email;address", "2026-12-31", clerk)
        if dice.chance(12):
            row("30-consents.csv", CONSENTS, customer, office_hours(moment + datetime.timedelta(days=60), END),
                "withdrawn", document, "mailing", None, None, dice.one_of(["finn.oakes", "gia.rowan"]))


def ordinary(customer):
    """The year of one customer like any other."""
    opened = office_hours(START, datetime.datetime(2024, 5, 31))
    clerk = dice.one_of(CLERKS)
    person = dice.one_of(GIVEN) + " " + dice.one_of(FAMILY)
    kind = "supplier" if dice.chance(8) else "customer"
    company = "%s %s" % (dice.one_of(FAMILY), dice.one_of(TRADE)) if dice.chance(60) else person
    first_contact(customer, opened, clerk, dice.one_of(CHANNELS), kind, company, person, phone(),
                  phone() if dice.chance(25) else None, None)
    row("15-care.csv", CARE, customer, opened + datetime.timedelta(hours=1), "keeper", "ada.wren", clerk)
    consent(customer, opened + datetime.timedelta(minutes=10), clerk)
    if dice.chance(55):
        row("15-care.csv", CARE, customer, office_hours(opened + datetime.timedelta(days=30), END), "grade",
            "ada.wren", dice.one_of("AABBBCCC"))
    if dice.chance(30):
        moment = office_hours(opened + datetime.timedelta(days=14), END)
        changed = dice.one_of([{"phone": phone()}, {"email": email(person)}, {"address": address()}])
        change(customer, moment, dice.one_of(["finn.oakes", "gia.rowan", clerk]), dice.one_of(["telephone", "web-form"]),
               **changed)
    for _ in range(1 + dice.below(3)):
        user = dice.one_of(["finn.oakes", "gia.rowan", "finn.oakes", "gia.rowan", clerk, "eva.thorne"])
        access(customer, office_hours(opened + datetime.timedelta(days=1), END), user, dice.one_of(["read", "read", "read", "query"]),
               dice.one_of(["name;phone", "name;phone;email", "name;address", "name;email", "name"]), "service")
    if dice.chance(20):
        row("15-care.csv", CARE, customer, office_hours(opened + datetime.timedelta(days=7), END), "contact", clerk,
            reference("ct"))


def hero(customer):
    """The customer that the guides follow. Its phone number changed twice, and one of those who saw the second leaked it."""
    opened = day("2024-02-05 09:12")
    document, erasure = reference("cs"), reference("er")
    first_contact(customer, opened, "cleo.march", "telephone", "customer", "Fiddlecombe Lamps", "Juniper Fiddlecombe",
                  "+1-202-555-0117", "+1-202-555-0118", "asked to be called in the afternoon")
    row("15-care.csv", CARE, customer, day("2024-02-05 10:20"), "keeper", "ada.wren", "cleo.march")
    row("30-consents.csv", CONSENTS, customer, day("2024-02-05 09:20"), "notice", "nt-2024-1", "service;mailing",
        "name;phone;email;address", None, "cleo.march")
    row("30-consents.csv", CONSENTS, customer, day("2024-02-05 09:24"), "consent", document, "mailing",
        "email;address", "2026-12-31", "cleo.march")
    row("15-care.csv", CARE, customer, day("2024-02-21 14:00"), "contact", "cleo.march", reference("ct"))
    row("15-care.csv", CARE, customer, day("2024-04-02 11:00"), "grade", "ada.wren", "A")
    access(customer, day("2024-02-12 15:40"), "finn.oakes", "read", "name;phone", "service")
    access(customer, day("2024-03-14 10:05"), "gia.rowan", "query", "name;email", "service")
    change(customer, day("2024-03-18 13:30"), "gia.rowan", "telephone", phone="+1-202-555-0142", remark="moved to a new shop")
    access(customer, day("2024-03-19 09:02"), "finn.oakes", "read", "name;phone", "service")
    access(customer, day("2024-05-07 16:45"), "dov.linden", "print", "name;phone;address", "intake", purpose="visit")
    _, grant = request(day("2024-06-03 09:00"), "jon.birch", "use", "campaign", "name;phone;email",
                       ["C-10003", "C-10017", "C-10029", "C-10044"], "2024-09-30")
    for other in ["C-10003", "C-10017", "C-10029", "C-10044"]:
        access(other, day("2024-06-04 11:30"), "jon.birch", "export", "name;phone;email", "analysis", grant, "campaign",
               "op-2024-0604", "device:" + DEVICES["jon.birch"])
    close_operation("op-2024-0604", day("2024-06-04 11:31"), "jon.birch", 4)
    share_id, _ = request(day("2024-06-17 10:00"), "cleo.march", "share", "delivery", "name;phone;address", [customer],
                          "2024-07-31", "partner:parcelwise")
    share(customer, day("2024-06-18 09:30"), share_id, "parcelwise", "name;phone;address", "2024-07-31", "destroyed")
    change(customer, day("2024-09-09 08:50"), "cleo.march", "telephone", phone="+1-202-555-0163",
           remark="gets calls from strangers on the old number")
    access(customer, day("2024-09-10 10:15"), "lea.frost", "read", "name;phone", "archive", purpose="audit")
    row("30-consents.csv", CONSENTS, customer, day("2024-09-12 15:00"), "withdrawn", document, "mailing", None,
        None, "gia.rowan")
    row("70-erasures.csv", ERASURES, customer, day("2024-10-01 09:00"), "requested", erasure, None, "fax", None,
        "gia.rowan", None)
    row("70-erasures.csv", ERASURES, customer, day("2024-10-02 14:10"), "erased", erasure, "request", "fax",
        "system:crm", "ines.vale", "overwrite")
    access(customer, day("2024-11-05 11:20"), "finn.oakes", "read", "name;phone", "service")


def campaigns(customers):
    """Applications over many customers: exports under a grant, and shares with partners."""
    for month in range(3, 12):
        chosen = sorted({dice.one_of(customers) for _ in range(18)})
        moment = office_hours(datetime.datetime(2024, month, 4), datetime.datetime(2024, month, 9))
        rejected = month in (5, 10)
        applicant = dice.one_of(["jon.birch", "ada.wren", "eva.thorne"])
        opened_before = [c for c in chosen if opened_at(c) < moment - datetime.timedelta(days=1)]
        name, grant = request(moment, applicant, "use", "campaign", "name;email", opened_before, "2024-12-31", None, rejected)
        if rejected:
            continue
        moment += datetime.timedelta(days=1)
        operation = "op-2024-%02d%02d" % (moment.month, moment.day)
        for customer in opened_before:
            access(customer, moment, applicant, "export", "name;email", "analysis", grant, "campaign", operation,
                   "device:" + DEVICES[applicant])
        close_operation(operation, moment + datetime.timedelta(minutes=1), applicant, len(opened_before))
        partner = PARTNERS[month % 3][0]
        shared = [c for i, c in enumerate(opened_before) if i % 2 == 0]
        share_id, _ = request(moment, applicant, "share", "mailing", "name;address", shared, "2024-12-31",
                              "partner:" + partner)
        for i, customer in enumerate(shared):
            share(customer, moment + datetime.timedelta(days=1), share_id, partner, "name;address", "2024-12-31",
                  "returned" if i % 3 == 0 else None)


def opened_at(customer):
    return next(moment for moment, cells in files["10-first-contacts.csv"][1] if cells[0] == customer)


def erasures(customers):
    for i in range(24):
        customer = customers[5 + i * 7]
        moment = office_hours(datetime.datetime(2024, 8, 1), END - datetime.timedelta(days=5))
        field = dice.one_of(["fax", "email", "address"])
        cause = dice.one_of(["request", "request", "expiry"])
        document = reference("er")
        if cause == "request":
            row("70-erasures.csv", ERASURES, customer, moment, "requested", document, None, field, None,
                dice.one_of(["finn.oakes", "gia.rowan"]), None)
        row("70-erasures.csv", ERASURES, customer, moment + datetime.timedelta(days=1), "erased", document, cause,
            field, "system:crm", "ines.vale", "overwrite")


def build():
    organisation()
    customers = ["C-%d" % n for n in range(FIRST, LAST + 1)]
    for customer in customers:
        hero(customer) if customer == "C-%d" % HERO else ordinary(customer)
    others = [c for c in customers if c != "C-%d" % HERO]
    campaigns(others)
    erasures(others)
    result = {}
    for name, (header, rows) in files.items():
        rows.sort(key=lambda item: item[0])
        lines = [cells for _, cells in rows]
        if header[0] == "no":
            lines = [[str(i + 1)] + cells for i, cells in enumerate(lines)]
        text = io.StringIO()
        csv.writer(text, lineterminator="\r\n").writerows([header] + lines)
        result[name] = text.getvalue().encode()
    return result


def main():
    checking = sys.argv[1:] == ["--check"]
    stale = []
    for name, content in sorted(build().items()):
        path = os.path.join(HERE, name)
        if checking:
            with open(path, "rb") as file:
                if file.read() != content:
                    stale.append(name)
        else:
            with open(path, "wb") as file:
                file.write(content)
    if stale:
        sys.exit("not what generate.py makes: " + ", ".join(stale))


if __name__ == "__main__":
    main()
