export { type ExpressHandler, type NodeListenerOptions, toExpress } from "./to-express.ts";
