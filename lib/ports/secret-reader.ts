/** Reads secrets at the moment of use. Their values never enter state, evidence, logs or findings. */
export interface SecretReader {
  /**
   * An SSM SecureString. @throws DrillError SECRET_UNREADABLE naming the parameter, never its value
   */
  parameter(name: string): Promise<string>;
}

/** Reads secrets that may also be longer than a parameter may be, as keys of encrypted dumps are. */
export interface SecretsReader extends SecretReader {
  /**
   * Text of a secret of Secrets Manager. @throws DrillError SECRET_UNREADABLE naming the secret, never its value
   */
  secret(nameOrArn: string): Promise<string>;
}
