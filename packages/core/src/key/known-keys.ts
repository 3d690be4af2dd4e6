/**
 * Where the private half of a public key is published, if it is one of the sample keys that documentation prints and
 * people paste.
 *
 * @param hash - SHA-256 of the SubjectPublicKeyInfo, lower-case hexadecimal.
 */
export function findPublication(hash: string): string | undefined {
  return publications.get(hash);
}

/** By the SHA-256 of the SubjectPublicKeyInfo; RSA keys of fewer than 2048 bits are refused without it. */
const publications: ReadonlyMap<string, string> = new Map([
  [
    "64eebde4d94a861ca1b062a103ef51d4d8a2c1b0a2133838198230e9c85407ed",
    "Go net/http/internal/testcert, LocalhostKey",
  ],
  ["5a7a78cca4a0f420d9bc62bb669c3c2759e39f723d3ae10dcbe0f0815a07ecd4", "RFC 6979 appendix A.2.5"],
  ["2f95601fa82060b909bfc6b979dbd303d34d34e0afb27ea496beac362f242a4b", "RFC 6979 appendix A.2.6"],
  ["2fb6d46385242ea4ad431f7175e7014eb74a5fc60f65b50ca54cc23c5b08de38", "RFC 6979 appendix A.2.7"],
  ["6fd13c2435a361e7c588cd17f55f5ad3df0177a66c1727a6a200845f4d7ab88c", "RFC 7515 appendix A.2"],
  ["2bd1bb0c44a897c30a7aa0991cde38d8062fe441de50da0f46825344f602e827", "RFC 7515 appendix A.3"],
  ["9146ce73d6abeda5e0ab6926e7bd9b563f2f2258b488d520534a0b84ba5871df", "RFC 7515 appendix A.4"],
  ["bf0a7a74f9afb6edda89ebabe824241bfdb281db2da50daae9973c6cbe99fe95", "RFC 7516 appendix A.1"],
  ["c1de70b4f5ae92a53b86f6a7175e3b9b88b2f810d55aba53aca334c59fc2ea60", "RFC 7516 appendix A.2"],
  ["51b944cdfa544d4c3273aa6bf350625a7dd53bbb6a71723274f538b19a207760", "RFC 7517 appendix A"],
  ["ad32320cf6c596d884b05381ba573aba8ddd5749b4de8f4a23a79f9a89ddaeb2", "RFC 7517 appendix A"],
  ["a4109e6bac8043ec089a57064aeb14d0b5fd5025b95810541c52a168aa565344", "RFC 7517 appendix C.1"],
  ["36ada7a1c77e32830848b347126d4da6de59f1c30536c53750dc9ec8931349fb", "RFC 7518 appendix C, Alice"],
  ["19818232a1dd313f53b5d5b95ae3d32570e178ba58d6d5906989fc299b00e32f", "RFC 7518 appendix C, Bob"],
  ["c6479a15a50ac4cd9b6414e27c69bf37345dc1046dc648875c4898fbd35cc74b", "RFC 7520 section 3.2"],
  ["627771f25da426d1f9ae315e42106d700b1529850eee1592acf39603959d795d", "RFC 7520 section 3.4"],
  ["e4f982b51ad0bdd87be820b259fe80337ef636e72b9fa7a8867a6949eb610fd6", "RFC 8032 section 7.1, test 1024"],
  [
    "06e3fd8fda29bb60ab59557de61edb0aecdb231134be30e75b455f8e1b792fa9",
    "RFC 8032 section 7.1, test 1; RFC 8037 appendix A",
  ],
  ["deb2ded39dc26fce0e6085b6fc34bf6b5941913bbfe2ea614113cff9e004c170", "RFC 8032 section 7.1, test 2"],
  ["8d39ba50abe50f77b6bb8ae7b6927aff7ffbeba35ad2837c0e51e82bcbcc60d5", "RFC 8032 section 7.1, test 3"],
  ["e77db4a9572e9f6552c22bc751d5499ad218a73bdf7e15dc6ea0fc69246a44de", "RFC 8032 section 7.1, test SHA(abc)"],
  ["a1e9156054e04fac899ae9f275132cdc07a5dbc4ea2c2ad3a1ffc6e0d253681f", "RFC 8410 section 10.3"],
  [
    "72859cbaf21a0b398b1f25712bbed148b1d85a0c6b824176eb306405caa6f0b2",
    "RFC 9421 appendix B.1.2, test-key-rsa-pss",
  ],
  [
    "55f96361b78cbb84f1fc604b0718e82bd91abb46d8fc25ae871b35fbbf8b7974",
    "RFC 9421 appendix B.1.3, test-key-ecc-p256",
  ],
  [
    "34571606cb7a0d71be377e671ddcccae2a169ed7733598214129231cd30c4a3c",
    "RFC 9421 appendix B.1.4, test-key-ed25519",
  ],
  ["8fb6bad671cfe698393c453357da61b56d757ab8c0f3fb9c87f2849e63131878", "RFC 9500 section 2.1, testRSA2048"],
  ["b2b04340cfaee616ec9c2c62d261b208e54bb197498df52e8cadede23ac0ba5e", "RFC 9500 section 2.3, testECCP256"],
  ["c4c10105a0be0ed4dd3354428dc38a9bfee64da141ce16e75c94eda272f9dd3a", "RFC 9500 section 2.3, testECCP384"],
  ["acb1b8327fef995e2458fdf5e3c33b2dc0749feabd6a894cb9bda9d70ac06c24", "RFC 9500 section 2.3, testECCP521"],
  ["07e57c4f14dbad1267f621ec3777b4e2e6c4fbc4c22fbb87510ff8e0b3c6a642", "RFC 9881 appendix C.1"],
  ["837832708c5236d951581f1fddf2b79991b3424a0486d16da1ddad0fd69701be", "RFC 9881 appendix C.1"],
  ["b8b62131bfbe84433efb2273d7f5b87f7a22854a2cfd366fc2aead86d837c52d", "RFC 9881 appendix C.1"],
  ["a40f0f2e2974dc76a82df6ffe08ed0d79955c79e7ad0c20d97ae8f9246ade1c1", "jwt.io, ES256"],
  ["302e26c098cfde2db131e9a3b12ce4c41bbdb0c21e19fdaa4a44273664bc581e", "jwt.io, ES384"],
  ["f56c8b01227f62ddbc16eb29a6ac0b310e276760a5e06302fa881a35146f6bc7", "jwt.io, RS256"],
]);
