/** Who is online, anywhere in the fleet. */
export interface Online {
  /**
   * Those of `users` who have a route to a live node. With Redis away those with a session on this node; never throws.
   */
  amongUsers(users: readonly number[]): Promise<ReadonlySet<number>>;
  /** A user's sessions that are, in the same way. */
  sessionsOf(user: number): Promise<ReadonlySet<string>>;
}
