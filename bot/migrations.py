"""The database's history, oldest first. A released step is never changed, only followed by another."""

from __future__ import annotations

from sqlite_utils import Database, Migrations

migrations = Migrations("pocket-marketer")


@migrations()
def m001_first_conversation(db: Database) -> None:
    # Customers' keys are hashes under their owner's `secret`; `cuts` are the owner's own thresholds for high and low,
    # `terms` how they do business, `zone` the time zone they live in.
    db.table("owners").create(
        {
            "user_id": int,
            "language": str,
            "vocabulary": str,
            "secret": bytes,
            "since": str,
            "cuts": str,
            "terms": str,
            "zone": str,
        },
        pk="user_id",
        not_null={"vocabulary", "secret", "since"},
        strict=True,
    )
    # `merged` is what the shop looked like after the upload, `own` what the file alone held; an upload with `afresh`
    # set put everything before it aside: 1 is the word to use only an earlier file, 2 is a file of its own. `raw` names
    # the file as it was sent, kept for the latest upload only, so that it can be read again when its owner corrects a
    # column.
    # Buttons in a chat name uploads and trials by their numbers, so a number never comes again.
    db.execute(
        "CREATE TABLE uploads (id INTEGER PRIMARY KEY AUTOINCREMENT, owner INTEGER NOT NULL, filename TEXT NOT NULL,"
        " sha256 TEXT NOT NULL, at TEXT NOT NULL, tables TEXT NOT NULL, afresh INTEGER NOT NULL, raw TEXT) STRICT"
    )
    db.table("uploads").create_index(["owner"])
    db.table("snapshots").create(
        {"upload": int, "kind": str, "own": str, "merged": str},
        pk=("upload", "kind"),
        foreign_keys=[("upload", "uploads", "id")],
        not_null={"own", "merged"},
        strict=True,
    )
    # What an owner said a column means, by the layout of the sheet it stands in.
    db.table("choices").create(
        {"owner": int, "layout": str, "header": str, "role": str},
        pk=("owner", "layout", "header"),
        not_null={"role"},
        strict=True,
    )
    # How an owner wants a column cleaned; a column without a row is left as it is.
    db.table("policies").create(
        {"owner": int, "column": str, "missing": str, "outliers": str},
        pk=("owner", "column"),
        not_null={"missing", "outliers"},
        strict=True,
    )
    # What an analysis wants to know again when it is asked after the next upload: names of groups, and who was in them.
    # With upload 0 it is about what was typed, not sent.
    db.table("memories").create(
        {"owner": int, "analysis": str, "upload": int, "body": str},
        pk=("owner", "analysis", "upload"),
        not_null={"body"},
        strict=True,
    )
    # What was tried on customers; `people` names the file with who got which version, `left_out` counts who is in none.
    # The `result` was read with the upload `read_from`, and goes with it. `off` is the discount that the messages offer.
    db.execute(
        "CREATE TABLE trials (id INTEGER PRIMARY KEY AUTOINCREMENT, owner INTEGER NOT NULL, kind TEXT NOT NULL,"
        " segment TEXT NOT NULL, versions TEXT NOT NULL, seed INTEGER NOT NULL, days INTEGER NOT NULL, made TEXT NOT NULL,"
        " people TEXT NOT NULL, sent TEXT, result TEXT, read_from INTEGER, left_out TEXT NOT NULL, off REAL NOT NULL) STRICT"
    )
    db.table("trials").create_index(["owner"])
    # When to write to an owner unasked. `next_at`, `sending` and `sent_for` are instants in UTC: the next one, the one
    # for which a letter is under way and may or may not have arrived, and the latest one that is done with.
    db.table("digests").create(
        {
            "owner": int,
            "kind": str,
            "weekday": int,
            "at": str,
            "state": str,
            "reason": str,
            "next_at": str,
            "sending": str,
            "tries": int,
            "sent_for": str,
            "outcome": str,
        },
        pk=("owner", "kind"),
        not_null={"at", "state", "next_at", "tries"},
        strict=True,
    )
    db.table("digests").create_index(["state", "next_at"])
    db.table("facts").create({"name": str, "value": str}, pk="name", not_null={"value"}, strict=True)
    # The latest things done for an owner that must not be done twice, and the updates that they were done for.
    db.table("deeds").create(
        {"owner": int, "update_id": int, "what": str, "said": str},
        pk=("owner", "update_id", "what"),
        not_null={"said"},
        strict=True,
    )


@migrations()
def m002_privacy(db: Database) -> None:
    # People whom an owner wants forgotten, by marks that tell nothing: should a file bring one back, their names are
    # left out, and their `sales` too, unless set.
    db.table("forgotten").create(
        {"owner": int, "mark": str, "sales": int}, pk=("owner", "mark"), not_null={"sales"}, strict=True
    )
    # What was summed up for strangers, and its price: `month` is the owner's own, as 2026-11, `upload` the latest then.
    db.table("summaries").create(
        {"id": int, "owner": int, "month": str, "epsilon": float, "until": str, "upload": int, "body": str},
        pk="id",
        not_null={"owner", "month", "epsilon", "until", "upload", "body"},
        strict=True,
    )
    # How far the names of an owner's customers are on their way out, unless something newer than the `upload` comes: their
    # owner was told, or they are gone.
    db.table("retention").create(
        {"owner": int, "upload": int, "state": str}, pk="owner", not_null={"upload", "state"}, strict=True
    )
