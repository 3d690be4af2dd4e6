import { type Identifier, parseDuration } from "@chancery/core";
import { AttemptFailure, makeAttempt } from "./attempt.ts";
import type { ChallengeToValidate, ChallengeValidator } from "./challenge-validator.ts";
import { parseAddress, reverseName } from "./ip-address.ts";
import { assertChallenge } from "./key-authorization.ts";
import type { OutboundNetwork } from "./outbound-network.ts";
import { checkPort } from "./port.ts";
import { faultOfCertificate } from "./tls-alpn-certificate.ts";
import { startTls } from "./tls-client.ts";

/** Options of {@link tlsAlpn01}. */
export interface TlsAlpn01Options {
  readonly network: OutboundNetwork;
  /** TCP port; default 443. */
  readonly port?: number;
  /** Time of one attempt, as a duration; default `10s`. */
  readonly timeout?: string;
}

/**
 * Creates the validator for tls-alpn-01: a self-signed certificate with the acmeIdentifier extension, shown in a handshake
 * for the ALPN protocol `acme-tls/1`. Nothing is sent after the handshake.
 *
 * Worth another attempt: a name that does not resolve yet, a target that cannot be reached, breaks off or does not finish the
 * handshake in time. Final: an address that is refused, a handshake without the protocol, a wrong certificate. Three
 * attempts at most, as for http-01.
 *
 * Problems: `dns`, `connection`, `tls` for the handshake, `unauthorized` for the certificate.
 *
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: the port is not one, or the timeout is not a duration.
 * @see RFC 8737 section 3, RFC 8738 section 6
 */
export function tlsAlpn01({ network, port = 443, timeout = "10s" }: TlsAlpn01Options): ChallengeValidator {
  checkPort(port);
  const milliseconds = parseDuration(timeout);
  return Object.freeze<ChallengeValidator>({
    type: "tls-alpn-01",
    maximumAttempts: 3,
    supports: ({ type }, wildcard) => (type === "dns" || type === "ip") && !wildcard,
    async validate(challenge, signal) {
      assertChallenge(challenge);
      const what = `the TLS handshake with ${challenge.identifier.value} port ${port}`;
      return makeAttempt(what, milliseconds, signal, (limited) => prove(network, port, challenge, limited));
    },
  });
}

const alpnProtocol = "acme-tls/1";

async function prove(
  network: OutboundNetwork,
  port: number,
  challenge: ChallengeToValidate,
  signal: AbortSignal,
): Promise<void> {
  const { value } = challenge.identifier;
  const connection = await network.connect({ host: value, port, label: value }, signal);
  const subject = `${value} at ${connection.peer}`;
  try {
    const hello = { serverName: serverNameFor(challenge.identifier), protocol: alpnProtocol };
    const socket = await startTls(connection, hello, value);
    if (socket.alpnProtocol !== alpnProtocol) {
      throw new AttemptFailure(
        "invalid",
        "tls",
        `${subject} did not choose the ALPN protocol ${alpnProtocol}`,
      );
    }
    const certificate = socket.getPeerX509Certificate();
    const fault = certificate === undefined ? "is missing" : faultOfCertificate(certificate.raw, challenge);
    if (fault !== undefined)
      throw new AttemptFailure("invalid", "unauthorized", `the certificate of ${subject} ${fault}`);
  } finally {
    connection.stream.destroy();
  }
}

/** RFC 8738 section 6: an address is asked for by its name in the reverse tree. */
function serverNameFor({ type, value }: Identifier): string {
  const address = type === "ip" ? parseAddress(value) : undefined;
  return address === undefined ? value : reverseName(address);
}
