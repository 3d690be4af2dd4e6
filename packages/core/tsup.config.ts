import { library } from "../../tsup.shared.ts";

export default library([
  "index",
  "asn1/index",
  "cryptography",
  "containers/index",
  "ocsp/index",
  "testing/index",
  "conformance/index",
  "crypto/node",
  "crypto/web",
  "diagnostics/node",
  "diagnostics/none",
]);
