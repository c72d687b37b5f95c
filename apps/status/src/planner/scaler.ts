/** What runs the chat nodes, as far as the planner has to do with it. Rejects when it cannot be reached. */
export interface Scaler {
  /** Pods that are asked for. */
  readScale(): Promise<number>;
  /** Asks for `to` pods; rejects when the scale is no longer `from`. */
  writeScale(from: number, to: number): Promise<void>;
  /** Has the node's pod be the first to go at the next scale-in. */
  markFirstToGo(node: string): Promise<void>;
}
