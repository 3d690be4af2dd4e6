import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { parseDuration } from "@chancery/core";
import { type AddressPolicy, type AddressPolicyOptions, createAddressPolicy } from "./address-policy.ts";
import { AttemptFailure } from "./attempt.ts";
import { boundedStream } from "./bounded-stream.ts";
import { reasonOf, withDeadline } from "./deadline.ts";
import { type IpAddress, parseAddress } from "./ip-address.ts";
import { type Resolver, resolutionInTime } from "./resolver.ts";
import { eventOf, transportFailure } from "./transport-failure.ts";

/** Options of {@link createOutboundNetwork}. */
export interface OutboundNetworkOptions extends AddressPolicyOptions {
  readonly resolver: Resolver;
  /** Time for one connection to be made, as a duration; default `3s`, so that IPv4 gets its turn where IPv6 leads nowhere. */
  readonly connectTimeout?: string;
}

/** The only way out for validators: no other file of this folder opens a connection to a target. */
export interface OutboundNetwork {
  /**
   * Opens a TCP connection to an address that may be reached.
   *
   * @throws {AttemptFailure} The name has no address, one of its addresses may not be reached, or none can be connected to.
   */
  connect(target: OutboundTarget, signal: AbortSignal): Promise<OutboundConnection>;
}

/** Where to connect to. */
export interface OutboundTarget {
  /** A host name, or an IP address without brackets. */
  readonly host: string;
  readonly port: number;
  /** What messages call the host; never a host name that came from elsewhere. */
  readonly label: string;
}

/** A connection; destroyed with the reason of the signal when that aborts, and when its peer sends more than 128 KiB. */
export interface OutboundConnection {
  /** Destroy it when done with it. */
  readonly stream: Duplex;
  /** Address and port of the peer, for messages. */
  readonly peer: string;
}

/**
 * Creates the guard through which validators reach their targets.
 *
 * A name is resolved once, every one of its addresses is checked, and a checked address is dialled as a number, so that a
 * second answer of DNS has no say. One address that may not be reached refuses the whole name: a client that controls only
 * part of an answer must not choose where the CA connects to. IPv6 comes first; IPv4 follows only where connecting failed.
 *
 * @throws {ConfigurationError} `ERR_OPTION_INVALID`: as {@link createAddressPolicy}.
 */
export function createOutboundNetwork(options: OutboundNetworkOptions): OutboundNetwork {
  const policy = createAddressPolicy(options);
  const timeout = parseDuration(options.connectTimeout ?? "3s");
  return Object.freeze<OutboundNetwork>({
    async connect(target, signal) {
      const addresses = await locate(options.resolver, target, signal);
      checkAll(policy, addresses, target);
      return dialInTurn(addresses, target, timeout, signal);
    },
  });
}

/** Certificates of a TLS handshake, the head and the beginning of a body fit in many times over. */
const maximumReceived = 128 * 1024;

/** Of each family: a name with many addresses must not make the CA knock on all of them. */
const dialledAddresses = 2;

async function locate(
  resolver: Resolver,
  { host, label }: OutboundTarget,
  signal: AbortSignal,
): Promise<IpAddress[]> {
  const literal = parseAddress(host);
  if (literal !== undefined) return [literal];
  const resolution = await resolutionInTime(resolver.resolveAddresses(host, signal), signal);
  if (resolution.outcome !== "found") {
    throw new AttemptFailure("retry", "dns", `no address was found for ${label}: ${resolution.explanation}`);
  }
  const addresses = resolution.values.map(parseAddress).filter((address) => address !== undefined);
  if (addresses.length > 0 && addresses.length === resolution.values.length) return addresses;
  throw new AttemptFailure(
    "retry",
    "dns",
    `no usable address was found for ${label}: ${resolution.explanation}`,
  );
}

function checkAll(
  policy: AddressPolicy,
  addresses: readonly IpAddress[],
  { host, label }: OutboundTarget,
): void {
  for (const address of addresses) {
    const rule = policy(address);
    if (rule === undefined) continue;
    const subject =
      host === address.text && host === label ? label : `${label} leads to ${address.text}, which`;
    const detail = `${subject} is refused as ${rule}; validation reaches special networks only where the operator allows them`;
    throw new AttemptFailure("invalid", "connection", detail);
  }
}

async function dialInTurn(
  addresses: readonly IpAddress[],
  { port, label }: OutboundTarget,
  timeout: number,
  signal: AbortSignal,
): Promise<OutboundConnection> {
  const failures: string[] = [];
  for (const address of preferred(addresses)) {
    const peer = `${address.text} port ${port}`;
    try {
      const socket = await withDeadline(timeout, signal, (limited) => dial(address, port, limited));
      return { stream: abortableStream(socket, signal), peer };
    } catch (error) {
      signal.throwIfAborted();
      const failure = transportFailure(error, undefined, peer, "connection");
      if (!(failure instanceof AttemptFailure)) throw failure;
      failures.push(failure.message);
    }
  }
  throw new AttemptFailure("retry", "connection", `${label}: ${failures.join(", ")}`);
}

function preferred(addresses: readonly IpAddress[]): IpAddress[] {
  const ofFamily = (family: IpAddress["family"]) =>
    addresses.filter((address) => address.family === family).slice(0, dialledAddresses);
  return [...ofFamily("ipv6"), ...ofFamily("ipv4")];
}

async function dial(address: IpAddress, port: number, signal: AbortSignal): Promise<Socket> {
  signal.throwIfAborted();
  const socket = connect({ host: address.text, port, autoSelectFamily: false });
  const abort = () => void socket.destroy(reasonOf(signal));
  signal.addEventListener("abort", abort, { once: true });
  try {
    await eventOf(socket, "connect");
    if (parseAddress(socket.remoteAddress ?? "")?.text === address.text) return socket;
    throw new AttemptFailure(
      "retry",
      "connection",
      `${address.text} port ${port} turned out to be another address`,
    );
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

function abortableStream(socket: Socket, signal: AbortSignal): Duplex {
  const stream = boundedStream(socket, maximumReceived);
  const abort = () => void stream.destroy(reasonOf(signal));
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  stream.once("close", () => signal.removeEventListener("abort", abort));
  return stream;
}
