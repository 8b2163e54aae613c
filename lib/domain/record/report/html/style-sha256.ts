/** SHA-256 of the style in Base64, by which the policy of the page lets it in. `npm run docs` renews it. */
export const styleSha256 = '8IYx6D7tUbq9iNfdfJ8v48P7W3os0QzCKUN2UYuu/tg=';
