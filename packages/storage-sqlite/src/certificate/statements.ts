const columns = `
  serial_number, issuer_id, request_id, request_hash, requester_kind, requester_id, profile, identifiers,
  public_key_hash, not_before, not_after, reserved_at, tbs_certificate, certificate, fingerprint, issued_at,
  revoked_at, revocation_reason
`;

export const reserve: string = `
  INSERT INTO chancery_certificate (
    serial_number, issuer_id, request_id, request_hash, requester_kind, requester_id, profile, identifiers,
    public_key_hash, not_before, not_after, reserved_at, tbs_certificate
  ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (serial_number, issuer_id) DO NOTHING
`;

export const findByRequestId: string = `SELECT ${columns} FROM chancery_certificate WHERE request_id = ?`;

export const findBySerialNumber: string = `
  SELECT ${columns} FROM chancery_certificate WHERE serial_number = ? AND issuer_id = ?
`;

export const findByFingerprint: string = `SELECT ${columns} FROM chancery_certificate WHERE fingerprint = ?`;

export const complete: string = `
  UPDATE chancery_certificate SET certificate = ?, fingerprint = ?, issued_at = ?, tbs_certificate = NULL
  WHERE serial_number = ? AND issuer_id = ? AND certificate IS NULL
`;

export const nameCertificate: string = `
  INSERT INTO chancery_certificate_identifier (type, value, serial_number, issuer_id) VALUES (?, ?, ?, ?)
  ON CONFLICT DO NOTHING
`;

export const revoke: string = `
  UPDATE chancery_certificate SET revoked_at = ?, revocation_reason = ?
  WHERE serial_number = ? AND issuer_id = ? AND certificate IS NOT NULL AND revoked_at IS NULL
  RETURNING ${columns}
`;

export const list: string = `
  SELECT ${columns} FROM chancery_certificate
  WHERE (serial_number, issuer_id) > (?, ?) AND certificate IS NOT NULL
  ORDER BY serial_number, issuer_id LIMIT ?
`;

// CROSS JOIN: the names come first, because they are in the order that is asked for.
export const listByIdentifier: string = `
  SELECT ${columns}
  FROM chancery_certificate_identifier CROSS JOIN chancery_certificate USING (serial_number, issuer_id)
  WHERE type = ? AND value = ? AND (serial_number, issuer_id) > (?, ?)
  ORDER BY serial_number, issuer_id LIMIT ?
`;

export const listReservations: string = `
  SELECT ${columns} FROM chancery_certificate
  WHERE certificate IS NULL AND reserved_at < ?
  ORDER BY reserved_at, serial_number, issuer_id LIMIT ?
`;

export const appendAudit: string = `
  INSERT INTO chancery_audit_entry (at, type, actor, subject, details) VALUES (?, ?, ?, ?, ?)
`;

export const listAudit: string = `
  SELECT sequence, at, type, actor, subject, details FROM chancery_audit_entry
  WHERE sequence > ? ORDER BY sequence LIMIT ?
`;
