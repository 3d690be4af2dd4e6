import { library } from "../../tsup.shared.ts";

export default library([
  "index",
  "asn1/index",
  "cryptography",
  "testing/index",
  "conformance/index",
  "crypto/node",
  "crypto/web",
]);
