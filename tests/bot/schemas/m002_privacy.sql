CREATE TABLE "choices" (
   "owner" INTEGER,
   "layout" TEXT,
   "header" TEXT,
   "role" TEXT NOT NULL,
   PRIMARY KEY ("owner", "layout", "header")
) STRICT;
CREATE TABLE "deeds" (
   "owner" INTEGER,
   "update_id" INTEGER,
   "what" TEXT,
   "said" TEXT NOT NULL,
   PRIMARY KEY ("owner", "update_id", "what")
) STRICT;
CREATE TABLE "digests" (
   "owner" INTEGER,
   "kind" TEXT,
   "weekday" INTEGER,
   "at" TEXT NOT NULL,
   "state" TEXT NOT NULL,
   "reason" TEXT,
   "next_at" TEXT NOT NULL,
   "sending" TEXT,
   "tries" INTEGER NOT NULL,
   "sent_for" TEXT,
   "outcome" TEXT,
   PRIMARY KEY ("owner", "kind")
) STRICT;
CREATE TABLE "facts" (
   "name" TEXT PRIMARY KEY,
   "value" TEXT NOT NULL
) STRICT;
CREATE TABLE "forgotten" (
   "owner" INTEGER,
   "mark" TEXT,
   "sales" INTEGER NOT NULL,
   PRIMARY KEY ("owner", "mark")
) STRICT;
CREATE TABLE "memories" (
   "owner" INTEGER,
   "analysis" TEXT,
   "upload" INTEGER,
   "body" TEXT NOT NULL,
   PRIMARY KEY ("owner", "analysis", "upload")
) STRICT;
CREATE TABLE "owners" (
   "user_id" INTEGER PRIMARY KEY,
   "language" TEXT,
   "vocabulary" TEXT NOT NULL,
   "secret" BLOB NOT NULL,
   "since" TEXT NOT NULL,
   "cuts" TEXT,
   "terms" TEXT,
   "zone" TEXT
) STRICT;
CREATE TABLE "policies" (
   "owner" INTEGER,
   "column" TEXT,
   "missing" TEXT NOT NULL,
   "outliers" TEXT NOT NULL,
   PRIMARY KEY ("owner", "column")
) STRICT;
CREATE TABLE "retention" (
   "owner" INTEGER PRIMARY KEY,
   "upload" INTEGER NOT NULL,
   "state" TEXT NOT NULL
) STRICT;
CREATE TABLE "snapshots" (
   "upload" INTEGER REFERENCES "uploads"("id"),
   "kind" TEXT,
   "own" TEXT NOT NULL,
   "merged" TEXT NOT NULL,
   PRIMARY KEY ("upload", "kind")
) STRICT;
CREATE TABLE "summaries" (
   "id" INTEGER PRIMARY KEY,
   "owner" INTEGER NOT NULL,
   "month" TEXT NOT NULL,
   "epsilon" REAL NOT NULL,
   "until" TEXT NOT NULL,
   "upload" INTEGER NOT NULL,
   "body" TEXT NOT NULL
) STRICT;
CREATE TABLE trials (id INTEGER PRIMARY KEY AUTOINCREMENT, owner INTEGER NOT NULL, kind TEXT NOT NULL, segment TEXT NOT NULL, versions TEXT NOT NULL, seed INTEGER NOT NULL, days INTEGER NOT NULL, made TEXT NOT NULL, people TEXT NOT NULL, sent TEXT, result TEXT, read_from INTEGER, left_out TEXT NOT NULL, off REAL NOT NULL) STRICT;
CREATE TABLE uploads (id INTEGER PRIMARY KEY AUTOINCREMENT, owner INTEGER NOT NULL, filename TEXT NOT NULL, sha256 TEXT NOT NULL, at TEXT NOT NULL, tables TEXT NOT NULL, afresh INTEGER NOT NULL, raw TEXT) STRICT;
CREATE INDEX "idx_digests_state_next_at"
    ON "digests" ("state", "next_at");
CREATE INDEX "idx_trials_owner"
    ON "trials" ("owner");
CREATE INDEX "idx_uploads_owner"
    ON "uploads" ("owner");
