/** Such as a machine without Go: a reason to leave a peer out, in one line. */
export class MissingPeer extends Error {}
