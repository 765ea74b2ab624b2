-- The kiosk's ledger: the one schema. Sealed envelopes and keyed digests only, nothing in clear.
-- The flow decides; these constraints make a wrong binding impossible whatever the flow does.

-- A check-in touches four pages here: outbox, places and the two digests. Counters that would cost a
-- fifth are computed instead: the last number is the newest record's, a tube's fill its last place.

CREATE TABLE ledger (                       -- one row: who this file is and what was acknowledged
    only        INTEGER PRIMARY KEY CHECK (only = 1),
    epoch       TEXT NOT NULL CHECK (length(epoch) BETWEEN 1 AND 64),
    database_id TEXT,                       -- whose acknowledgements count: set by the first one
    high_water  INTEGER NOT NULL DEFAULT 0, -- no record up to here is waiting
    settled     INTEGER NOT NULL DEFAULT 0  -- records acknowledged or rejected, ever
) STRICT;

CREATE TRIGGER epoch_is_for_life BEFORE UPDATE OF epoch ON ledger
BEGIN SELECT raise(ABORT, 'the epoch is drawn once, with the file'); END;

CREATE TRIGGER database_id_is_for_life BEFORE UPDATE OF database_id ON ledger
WHEN OLD.database_id IS NOT NULL
BEGIN SELECT raise(ABORT, 'only the store that acknowledged first may acknowledge'); END;

CREATE TABLE outbox (                       -- every record, sealed, until it was acknowledged
    seq        INTEGER PRIMARY KEY CHECK (seq BETWEEN 1 AND 2147483647),
    envelope   BLOB NOT NULL CHECK (length(envelope) BETWEEN 1 AND 8192),
    state      TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'acked', 'rejected')),
    acked_at_s REAL,
    why        TEXT NOT NULL DEFAULT '',
    CHECK ((state = 'acked') = (acked_at_s IS NOT NULL)),
    CHECK ((state = 'rejected') OR why = '')
) STRICT;
CREATE INDEX outbox_rejected ON outbox (seq) WHERE state = 'rejected';
CREATE INDEX outbox_acked ON outbox (acked_at_s) WHERE state = 'acked';

CREATE TRIGGER seq_is_contiguous BEFORE INSERT ON outbox
WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM outbox)
BEGIN SELECT raise(ABORT, 'a record must have the next sequence number'); END;

CREATE TRIGGER settled_is_counted AFTER UPDATE OF state ON outbox
WHEN OLD.state = 'waiting'
BEGIN UPDATE ledger SET settled = settled + 1; END;

CREATE TRIGGER settled_never_waits_again BEFORE UPDATE OF state ON outbox
WHEN NEW.state = 'waiting'
BEGIN SELECT raise(ABORT, 'a record that was settled never waits again'); END;

CREATE TRIGGER envelope_is_for_life BEFORE UPDATE OF seq, envelope ON outbox
BEGIN SELECT raise(ABORT, 'a committed record never changes'); END;

CREATE TRIGGER only_acknowledged_records_go BEFORE DELETE ON outbox
WHEN OLD.state <> 'acked'
BEGIN SELECT raise(ABORT, 'a record that was not acknowledged is never deleted'); END;

CREATE TRIGGER newest_record_stays BEFORE DELETE ON outbox
WHEN OLD.seq = (SELECT max(seq) FROM outbox)
BEGIN SELECT raise(ABORT, 'the newest record stays: the next number follows from it'); END;

CREATE TABLE tubes (                        -- kept for the life of the file: a serial never returns
    tube        TEXT PRIMARY KEY CHECK (length(tube) = 14 AND tube NOT GLOB '*[^0-9]*'),
    serial      INTEGER NOT NULL GENERATED ALWAYS AS (CAST(substr(tube, 10, 4) AS INTEGER)) STORED,
    round_id    TEXT NOT NULL CHECK (length(round_id) BETWEEN 1 AND 128),
    pool_class  TEXT NOT NULL CHECK (pool_class IN ('20', '10', '5', 'household', '1')),
    lane        INTEGER NOT NULL CHECK (lane BETWEEN 1 AND 99),
    size        INTEGER NOT NULL CHECK (size BETWEEN 1 AND 20),
    state       TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'full', 'closed-short')),
    opened_at_s REAL NOT NULL,
    CHECK (pool_class = 'household' OR size = CAST(pool_class AS INTEGER)),
    UNIQUE (serial),
    UNIQUE (tube, round_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX tubes_open ON tubes (tube) WHERE state = 'open';

CREATE TRIGGER tube_is_for_life BEFORE DELETE ON tubes
BEGIN SELECT raise(ABORT, 'a tube is never forgotten: its serial would return'); END;

CREATE TRIGGER tube_keeps_its_kind BEFORE UPDATE OF tube, round_id, pool_class, lane, size ON tubes
BEGIN SELECT raise(ABORT, 'class, lane, size and round of a tube never change'); END;

CREATE TRIGGER closed_tube_stays_closed BEFORE UPDATE OF state ON tubes
WHEN OLD.state <> 'open'
BEGIN SELECT raise(ABORT, 'a closed tube never changes again'); END;

CREATE TRIGGER full_tube_has_no_room BEFORE UPDATE OF state ON tubes
WHEN NEW.state = 'full' AND NEW.size <> (SELECT count(*) FROM places WHERE tube = NEW.tube)
BEGIN SELECT raise(ABORT, 'a tube with free places is not full'); END;

CREATE TABLE places (                       -- one person, one place, one round
    tube          TEXT NOT NULL,
    place         INTEGER NOT NULL CHECK (place >= 1),
    round_id      TEXT NOT NULL,
    visit         TEXT NOT NULL CHECK (length(visit) BETWEEN 1 AND 128),
    seq           INTEGER NOT NULL,
    person_digest BLOB NOT NULL CHECK (length(person_digest) = 32),
    code_digest   BLOB NOT NULL CHECK (length(code_digest) IN (0, 32)),
    checked_in_at TEXT NOT NULL CHECK (length(checked_in_at) <= 40),
    PRIMARY KEY (tube, place),
    UNIQUE (round_id, person_digest),
    FOREIGN KEY (tube, round_id) REFERENCES tubes (tube, round_id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX code_once_a_round ON places (round_id, code_digest)
WHERE length(code_digest) > 0;

CREATE TRIGGER place_is_the_next_of_an_open_tube BEFORE INSERT ON places
WHEN NEW.place <> (SELECT coalesce(max(place), 0) + 1 FROM places WHERE tube = NEW.tube)
  OR NOT EXISTS (
    SELECT 1 FROM tubes WHERE tube = NEW.tube AND state = 'open' AND NEW.place <= size)
BEGIN SELECT raise(ABORT, 'a place must be the next free one of an open tube'); END;

CREATE TRIGGER place_is_for_life BEFORE UPDATE ON places
BEGIN SELECT raise(ABORT, 'a place given is never changed'); END;

CREATE TRIGGER place_stays_given BEFORE DELETE ON places
BEGIN SELECT raise(ABORT, 'a place given is never taken back'); END;

CREATE TABLE label_jobs (                   -- one row for each copy of a tube's label
    job   TEXT PRIMARY KEY CHECK (length(job) BETWEEN 1 AND 128),
    tube  TEXT NOT NULL REFERENCES tubes (tube),
    copy  INTEGER NOT NULL CHECK (copy >= 1),
    state TEXT NOT NULL DEFAULT 'reserved' CHECK (state IN (
        'reserved', 'sent', 'confirmed', 'unknown', 'verified', 'attached', 'void')),
    UNIQUE (tube, copy)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX one_valid_label_a_tube ON label_jobs (tube) WHERE state <> 'void';
CREATE INDEX label_jobs_unfinished ON label_jobs (tube)
WHERE state IN ('reserved', 'sent', 'unknown');

CREATE TRIGGER void_label_stays_void BEFORE UPDATE OF state ON label_jobs
WHEN OLD.state = 'void'
BEGIN SELECT raise(ABORT, 'a void label is never valid again'); END;

CREATE TABLE fever_holds (                  -- residents resting with a ticket
    ticket         TEXT PRIMARY KEY CHECK (length(ticket) BETWEEN 1 AND 64),
    seq            INTEGER NOT NULL UNIQUE,
    due_boottime_s REAL NOT NULL,
    boot_id        TEXT NOT NULL,
    state          TEXT NOT NULL DEFAULT 'resting'
        CHECK (state IN ('resting', 'recheck-due', 'released', 'escalated'))
) STRICT, WITHOUT ROWID;
