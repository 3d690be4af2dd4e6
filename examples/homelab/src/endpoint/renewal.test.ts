import { describe, expect, test } from "vitest";
import { createManualTime } from "../../test/support/manual-time.ts";
import type { EndpointCertificate } from "./endpoint-certificate.ts";
import { startRenewal } from "./renewal.ts";

const hour = 3_600_000;
const day = 24 * hour;

function certificateFrom(notBefore: number, validity: number): EndpointCertificate {
  return {
    chainPem: "",
    privateKeyPem: "",
    serialNumber: String(notBefore),
    notBefore: new Date(notBefore),
    notAfter: new Date(notBefore + validity),
  };
}

function renewing(validity: number) {
  const time = createManualTime(0);
  const installed: number[] = [];
  const failures = { left: 0 };
  const events: string[] = [];
  const stop = startRenewal({
    ...time,
    current: certificateFrom(0, validity),
    issue: async () => {
      failures.left -= 1;
      if (failures.left >= 0) throw new Error("the disk is full");
      return certificateFrom(time.now(), validity);
    },
    install: () => installed.push(time.now()),
    log: (_level, event) => events.push(event),
  });
  return { time, installed, failures, events, stop };
}

describe("startRenewal", () => {
  test("renews at two thirds of the life, again and again", async () => {
    const { time, installed } = renewing(30 * day);
    await time.advance(20 * day - 1);
    expect(installed).toEqual([]);
    await time.advance(1);
    expect(installed).toEqual([20 * day]);
    await time.advance(20 * day);
    expect(installed).toEqual([20 * day, 40 * day]);
  });

  test("looks at the clock at least once an hour, so a clock that is set forward does not delay it", async () => {
    const { time, installed } = renewing(90 * day);
    time.setClock(70 * day);
    await time.advance(hour);
    expect(installed).toEqual([70 * day + hour]);
    expect(time.longestDelay()).toBeLessThanOrEqual(hour);
  });

  test("tries again every minute while it fails, and says so", async () => {
    const { time, installed, failures, events } = renewing(3 * hour);
    failures.left = 2;
    await time.advance(2 * hour);
    expect(events).toEqual(["endpoint.renewalFailed"]);
    await time.advance(60_000);
    expect(installed).toEqual([]);
    await time.advance(60_000);
    expect(installed).toEqual([2 * hour + 120_000]);
    expect(events).toEqual(["endpoint.renewalFailed", "endpoint.renewalFailed", "endpoint.renewed"]);
  });

  test("renews no more once it is stopped", async () => {
    const { time, installed, stop } = renewing(3 * hour);
    stop();
    await time.advance(day);
    expect(installed).toEqual([]);
  });
});
