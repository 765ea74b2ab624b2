-- The site's truth. `records` is what was acknowledged: the envelopes as they came, once each.
-- Everything below "Projections" is computed from them and holds nobody in clear: names are masked,
-- persons are keyed digests.

CREATE TABLE site (                         -- one row: which store this is
    only        INTEGER PRIMARY KEY CHECK (only = 1),
    database_id TEXT NOT NULL,
    created_at  TEXT NOT NULL,
    opened_to   INTEGER NOT NULL DEFAULT 0, -- records up to this number are in the projections
    ingest_at   REAL,                       -- Unix seconds: when the ingest last said it lives
    broker      TEXT NOT NULL DEFAULT ''    -- its trouble with the broker, empty: connected
) STRICT;

CREATE TABLE streams (                      -- one ledger of one kiosk
    stream     INTEGER PRIMARY KEY,
    kiosk      TEXT NOT NULL,
    epoch      TEXT NOT NULL,
    high_water INTEGER NOT NULL DEFAULT 0,  -- everything up to here is settled
    gap_since  REAL,                        -- Unix seconds: a hole below newer records, since when
    UNIQUE (kiosk, epoch)
) STRICT;

CREATE TABLE records (
    number      INTEGER PRIMARY KEY,        -- order of arrival
    stream      INTEGER NOT NULL REFERENCES streams,
    seq         INTEGER NOT NULL,
    id          TEXT NOT NULL UNIQUE,
    received_at REAL NOT NULL,              -- Unix seconds, this machine's clock
    envelope    BLOB NOT NULL,
    UNIQUE (stream, seq)                    -- exactly once
) STRICT;

CREATE TRIGGER a_record_never_changes BEFORE UPDATE ON records
BEGIN SELECT raise(ABORT, 'a record that was acknowledged never changes'); END;

CREATE TABLE refusals (                     -- what did not become a record, kept with its reason
    number INTEGER PRIMARY KEY,
    kiosk  TEXT NOT NULL,
    epoch  TEXT NOT NULL,
    seq    INTEGER NOT NULL,
    why    TEXT NOT NULL,
    told   INTEGER NOT NULL,                -- 1: the kiosk is told; 0: this number is settled
    at     REAL NOT NULL,
    raw    BLOB NOT NULL,
    UNIQUE (kiosk, epoch, seq, why)
) STRICT;

CREATE VIEW stored_records AS
SELECT number, kiosk, epoch, seq, id, received_at, envelope
FROM records JOIN streams USING (stream);

-- Projections ------------------------------------------------------------------------------------

CREATE TABLE unreadable (                   -- acknowledged, kept, but signature or seal do not hold
    number INTEGER PRIMARY KEY REFERENCES records,
    why    TEXT NOT NULL
) STRICT;

CREATE TABLE check_ins (
    number      INTEGER PRIMARY KEY REFERENCES records,
    kiosk       TEXT NOT NULL,
    round_id    TEXT NOT NULL,
    tube        TEXT NOT NULL,
    place       INTEGER NOT NULL,
    lane        INTEGER NOT NULL,
    person      BLOB NOT NULL,              -- keyed digest of the document number
    masked_name TEXT NOT NULL,
    at          REAL NOT NULL               -- Unix seconds by the kiosk's clock
) STRICT;
CREATE INDEX check_ins_by_person ON check_ins (round_id, person);
CREATE INDEX check_ins_by_tube ON check_ins (tube);
CREATE INDEX check_ins_by_time ON check_ins (round_id, at);

CREATE TABLE tubes (
    tube         TEXT PRIMARY KEY,
    kiosk        TEXT NOT NULL,
    round_id     TEXT NOT NULL DEFAULT '',
    lane         INTEGER NOT NULL DEFAULT 0,
    pool_class   TEXT NOT NULL DEFAULT '',
    size         INTEGER NOT NULL DEFAULT 0,
    places       INTEGER NOT NULL DEFAULT 0,
    opened_at    REAL,
    closed_at    REAL,
    close_reason TEXT NOT NULL DEFAULT '',  -- empty: open
    label        TEXT NOT NULL DEFAULT ''   -- newest outcome, empty: nothing was reported
) STRICT;
CREATE INDEX tubes_by_round ON tubes (round_id, lane);

CREATE TABLE fever_holds (
    number INTEGER PRIMARY KEY REFERENCES records,
    kiosk  TEXT NOT NULL,
    ticket TEXT NOT NULL,
    at     REAL NOT NULL
) STRICT;

-- Said by people and kiosks, not by records ---------------------------------------------------------

CREATE TABLE sampled (                      -- the lane's word; the newest of a tube counts
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    tube   TEXT NOT NULL,
    places INTEGER NOT NULL CHECK (places >= 0),
    at     REAL NOT NULL,
    said   TEXT NOT NULL CHECK (said IN ('sampled', 'taken-back'))
) STRICT;
CREATE INDEX sampled_by_tube ON sampled (tube, number);

CREATE TABLE kiosks (
    kiosk       TEXT PRIMARY KEY,
    online      INTEGER,                    -- NULL: never heard of
    online_at   REAL,
    report      TEXT NOT NULL DEFAULT '',
    reported_at REAL
) STRICT;
