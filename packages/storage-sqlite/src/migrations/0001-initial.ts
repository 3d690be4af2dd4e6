/**
 * Certificates, the audit trail, and everything an ACME server keeps.
 *
 * The README describes these tables for people who query them; they are public and only ever grow. Names begin with
 * `chancery_` because the database may hold other things.
 */
export const initial: string = `
-- A reservation until certificate is set, an issued certificate afterwards.
CREATE TABLE chancery_certificate (
  serial_number BLOB NOT NULL CHECK (length(serial_number) BETWEEN 1 AND 20),
  issuer_id BLOB NOT NULL,
  request_id TEXT UNIQUE,
  request_hash BLOB NOT NULL,
  requester_kind TEXT NOT NULL,
  requester_id TEXT NOT NULL,
  profile TEXT NOT NULL,
  identifiers TEXT NOT NULL,
  public_key_hash BLOB NOT NULL,
  not_before INTEGER NOT NULL,
  not_after INTEGER NOT NULL,
  reserved_at INTEGER NOT NULL,
  tbs_certificate BLOB,
  certificate BLOB,
  fingerprint BLOB UNIQUE,
  issued_at INTEGER,
  revoked_at INTEGER,
  revocation_reason TEXT,
  UNIQUE (serial_number, issuer_id),
  CHECK ((tbs_certificate IS NULL) <> (certificate IS NULL)),
  CHECK ((certificate IS NULL) = (fingerprint IS NULL) AND (certificate IS NULL) = (issued_at IS NULL)),
  CHECK (revoked_at IS NULL OR certificate IS NOT NULL),
  CHECK (revocation_reason IS NULL OR revoked_at IS NOT NULL)
) STRICT;

CREATE INDEX chancery_certificate_reserved
  ON chancery_certificate (reserved_at, serial_number, issuer_id) WHERE certificate IS NULL;

-- The names of issued certificates, in the order in which they are listed. Not a foreign key: that would need one
-- more index, on (serial_number, issuer_id), for nothing but deleting certificates.
CREATE TABLE chancery_certificate_identifier (
  type TEXT NOT NULL,
  value TEXT NOT NULL,
  serial_number BLOB NOT NULL,
  issuer_id BLOB NOT NULL,
  PRIMARY KEY (type, value, serial_number, issuer_id)
) STRICT, WITHOUT ROWID;

-- AUTOINCREMENT: a sequence never comes back, even after the newest entries are deleted.
CREATE TABLE chancery_audit_entry (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  type TEXT NOT NULL,
  actor TEXT NOT NULL,
  subject TEXT NOT NULL,
  details TEXT NOT NULL
) STRICT;

CREATE TABLE chancery_acme_account (
  id TEXT NOT NULL PRIMARY KEY,
  directory_id TEXT NOT NULL,
  key_thumbprint TEXT NOT NULL,
  public_jwk TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('deactivated', 'revoked', 'valid')),
  contact TEXT NOT NULL,
  terms_of_service_agreed INTEGER NOT NULL CHECK (terms_of_service_agreed IN (0, 1)),
  created_at INTEGER NOT NULL,
  UNIQUE (directory_id, key_thumbprint)
) STRICT;

CREATE TABLE chancery_acme_authorization (
  id TEXT NOT NULL PRIMARY KEY,
  directory_id TEXT NOT NULL,
  account_id TEXT NOT NULL REFERENCES chancery_acme_account (id),
  identifier_type TEXT NOT NULL,
  identifier_value TEXT NOT NULL,
  wildcard INTEGER NOT NULL CHECK (wildcard IN (0, 1)),
  state TEXT NOT NULL CHECK (state IN ('deactivated', 'invalid', 'pending', 'revoked', 'valid')),
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  challenges TEXT NOT NULL
) STRICT;

CREATE INDEX chancery_acme_authorization_reuse ON chancery_acme_authorization
  (account_id, state, identifier_type, identifier_value, wildcard, expires_at);

CREATE TABLE chancery_acme_order (
  id TEXT NOT NULL PRIMARY KEY,
  directory_id TEXT NOT NULL,
  account_id TEXT NOT NULL REFERENCES chancery_acme_account (id),
  identifiers TEXT NOT NULL,
  authorization_ids TEXT NOT NULL,
  profile TEXT,
  not_before INTEGER,
  not_after INTEGER,
  state TEXT NOT NULL CHECK (state IN ('invalid', 'pending', 'processing', 'ready', 'valid')),
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  error TEXT,
  csr_hash BLOB,
  certificate_issuer_id BLOB,
  certificate_serial_number BLOB,
  CHECK ((state = 'valid') = (certificate_serial_number IS NOT NULL)),
  CHECK ((certificate_issuer_id IS NULL) = (certificate_serial_number IS NULL)),
  CHECK ((state = 'invalid') = (error IS NOT NULL)),
  CHECK (csr_hash IS NULL OR state NOT IN ('pending', 'ready')),
  CHECK (csr_hash IS NOT NULL OR state NOT IN ('processing', 'valid'))
) STRICT;

CREATE INDEX chancery_acme_order_listed
  ON chancery_acme_order (account_id, created_at, id) WHERE state <> 'invalid';

CREATE INDEX chancery_acme_order_unfinished
  ON chancery_acme_order (account_id) WHERE state IN ('pending', 'ready');

-- Which orders an authorization decides: authorization_ids of orders, turned round. order_id is no foreign key, for
-- the reason given above.
CREATE TABLE chancery_acme_order_authorization (
  authorization_id TEXT NOT NULL REFERENCES chancery_acme_authorization (id) ON DELETE CASCADE,
  order_id TEXT NOT NULL,
  PRIMARY KEY (authorization_id, order_id)
) STRICT, WITHOUT ROWID;

-- due_at: when the task may be claimed: when it is to run, or when the lease on it ends.
CREATE TABLE chancery_acme_validation_task (
  authorization_id TEXT NOT NULL PRIMARY KEY
    REFERENCES chancery_acme_authorization (id) ON DELETE CASCADE,
  directory_id TEXT NOT NULL,
  type TEXT NOT NULL,
  key_authorization TEXT NOT NULL,
  due_at INTEGER NOT NULL,
  fence INTEGER NOT NULL,
  attempts INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX chancery_acme_validation_task_due ON chancery_acme_validation_task (directory_id, due_at);

-- Without csr and due_at there is no task: the row only keeps the fence from coming back when the order is
-- finalized again.
CREATE TABLE chancery_acme_finalization_task (
  order_id TEXT NOT NULL PRIMARY KEY REFERENCES chancery_acme_order (id) ON DELETE CASCADE,
  directory_id TEXT NOT NULL,
  csr BLOB,
  due_at INTEGER,
  fence INTEGER NOT NULL,
  CHECK ((csr IS NULL) = (due_at IS NULL))
) STRICT;

CREATE INDEX chancery_acme_finalization_task_due
  ON chancery_acme_finalization_task (directory_id, due_at) WHERE due_at IS NOT NULL;

CREATE TABLE chancery_acme_used_nonce (
  hash BLOB NOT NULL PRIMARY KEY,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX chancery_acme_used_nonce_expires ON chancery_acme_used_nonce (expires_at);
`;
