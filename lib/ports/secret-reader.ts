/** Reads secrets at the moment of use. Their values never enter state, evidence, logs or findings. */
export interface SecretReader {
  /**
   * An SSM SecureString. @throws DrillError SECRET_UNREADABLE naming the parameter, never its value
   */
  parameter(name: string): Promise<string>;
}
