export const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
export const ID_TOKEN = 'urn:ietf:params:oauth:token-type:id_token';

/** What an alknet API key is called in an exchange. */
export const API_KEY_TYPE = 'urn:cdktf-rustfs:params:oauth:token-type:alknet-api-key';
